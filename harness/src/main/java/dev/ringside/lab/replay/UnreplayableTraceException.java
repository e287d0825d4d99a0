package dev.ringside.lab.replay;

import java.io.IOException;

/** A trace is whole, but cannot be replayed as asked. The message is one line. */
public final class UnreplayableTraceException extends IOException {
  private static final long serialVersionUID = 1L;

  /** With a message that names the trace and the event. */
  public UnreplayableTraceException(String message) {
    super(message);
  }
}
