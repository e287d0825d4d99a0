package dev.ringside.driver;

import java.util.concurrent.atomic.AtomicLong;

/** What became of the connection to a vhost-user backend. Any thread reads it. */
public final class VhostUserLink {
  private final AtomicLong lost = new AtomicLong();
  private final AtomicLong resumed = new AtomicLong();
  private final AtomicLong replaced = new AtomicLong();

  /** A link that was never lost. */
  public VhostUserLink() {}

  void countLost() {
    lost.incrementAndGet();
  }

  void countResumed() {
    resumed.incrementAndGet();
  }

  void countReplaced() {
    replaced.incrementAndGet();
  }

  /** How often a backend was gone. */
  public long lost() {
    return lost.get();
  }

  /** How often another backend went on with the rings of the last one, and what was in flight. */
  public long resumed() {
    return resumed.get();
  }

  /** How often another backend began anew, and the driver submitted again what was in flight. */
  public long replaced() {
    return replaced.get();
  }
}
