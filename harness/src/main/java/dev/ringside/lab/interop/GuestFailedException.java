package dev.ringside.lab.interop;

import java.io.IOException;

/** A guest did not do what it was told; the message says what happened. */
public final class GuestFailedException extends IOException {
  private static final long serialVersionUID = 1L;

  private final String console;

  GuestFailedException(String what, String console) {
    super(what);
    this.console = console;
  }

  /** All that the guest printed. */
  public String console() {
    return console;
  }
}
