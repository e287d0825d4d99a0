package dev.ringside.lab.study;

/** An experiment that cannot be run as it stands. The message is one line and says what to do. */
public final class ExperimentException extends Exception {
  private static final long serialVersionUID = 1;

  public ExperimentException(String message) {
    super(message);
  }
}
