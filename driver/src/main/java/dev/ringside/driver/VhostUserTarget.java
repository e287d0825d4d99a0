package dev.ringside.driver;

import java.nio.file.Path;

/**
 * Where a vhost-user backend is, and how long the driver waits for it.
 *
 * @param socket that the backend listens on
 * @param patienceNs how long the backend may take for an answer before the driver gives it up, in
 *     nanoseconds
 * @param reconnectNs how long the driver looks for a backend that is gone before it is given up, in
 *     nanoseconds; 0 when it is given up at once
 */
public record VhostUserTarget(Path socket, long patienceNs, long reconnectNs) {
  private static final long DEFAULT_PATIENCE_NS = 5_000_000_000L;

  public VhostUserTarget {
    if (patienceNs <= 0 || reconnectNs < 0) {
      throw new IllegalArgumentException(
          "a patience of %d ns, and %d ns for another connection"
              .formatted(patienceNs, reconnectNs));
    }
  }

  /** A backend that answers within five seconds, and is given up when it is gone. */
  public static VhostUserTarget at(Path socket) {
    return new VhostUserTarget(socket, DEFAULT_PATIENCE_NS, 0);
  }

  /** The same, but a backend that is gone may come back. */
  public VhostUserTarget withReconnectNs(long nanoseconds) {
    return new VhostUserTarget(socket, patienceNs, nanoseconds);
  }

  /** The same with another patience. */
  public VhostUserTarget withPatienceNs(long nanoseconds) {
    return new VhostUserTarget(socket, nanoseconds, reconnectNs);
  }
}
