package dev.ringside.virtio.vfio;

import java.io.IOException;

/** The client has closed the connection between two messages, as it may at any time. */
final class ClientGoneException extends IOException {
  private static final long serialVersionUID = 1L;

  ClientGoneException() {
    super("the client has gone");
  }
}
