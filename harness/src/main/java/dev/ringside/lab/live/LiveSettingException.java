package dev.ringside.lab.live;

/** A setting that is unknown, out of its range, or contradicts another; the message says which. */
public final class LiveSettingException extends Exception {
  private static final long serialVersionUID = 1L;

  LiveSettingException(String message) {
    super(message);
  }
}
