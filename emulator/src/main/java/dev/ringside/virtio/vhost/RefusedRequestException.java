package dev.ringside.virtio.vhost;

import java.io.IOException;

/**
 * A request that is well formed and cannot be carried out. A frontend that waits for an answer gets
 * one that says so; with any other the connection ends.
 */
final class RefusedRequestException extends IOException {
  private static final long serialVersionUID = 1L;

  RefusedRequestException(String message) {
    super(message);
  }

  RefusedRequestException(String message, Throwable cause) {
    super(message + ": " + cause.getMessage(), cause);
  }
}
