package dev.ringside.virtio.message;

import java.io.IOException;
import java.io.Serial;

/**
 * The other side does not keep to the protocol of vhost-user, or is not there any more. After one
 * of these nothing is known of where in the stream the next message begins: the connection is to be
 * closed.
 */
public final class VhostUserException extends IOException {
  @Serial private static final long serialVersionUID = 1L;

  public VhostUserException(String message) {
    super(message);
  }

  public VhostUserException(String message, Throwable cause) {
    super(message, cause);
  }
}
