package dev.ringside.lab.serve;

/** A message that is no command; says what is wrong with it. */
public final class CommandException extends Exception {
  private static final long serialVersionUID = 1L;

  CommandException(String message) {
    super(message);
  }
}
