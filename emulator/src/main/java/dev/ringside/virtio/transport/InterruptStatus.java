package dev.ringside.virtio.transport;

import static dev.ringside.virtio.state.DeviceStateException.require;

import dev.ringside.machine.InterruptOutput;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Why a device wants attention: the bits behind MMIO's InterruptStatus and PCI's ISR status, and
 * the line that is raised with them (virtio 1.4, sections 4.2.2 and 4.1.4.5).
 */
final class InterruptStatus {
  private final AtomicInteger reasons = new AtomicInteger();
  private final InterruptOutput line;

  InterruptStatus(InterruptOutput line) {
    this.line = line;
  }

  /** The bits that are set. */
  int get() {
    return reasons.get();
  }

  /** Sets a bit without raising the line. */
  void add(int reason) {
    reasons.getAndUpdate(current -> current | reason);
  }

  /** Raises the line, after the bits that say why. */
  void raise() {
    line.raise();
  }

  /** Clears bits. */
  void acknowledge(int seen) {
    reasons.getAndUpdate(current -> current & ~seen);
  }

  void save(DataOutput out) throws IOException {
    out.writeInt(reasons.get());
  }

  /**
   * Takes saved bits over. The line is not raised.
   *
   * @param all bits that there can be
   */
  void restore(DataInput in, int all) throws IOException {
    int bits = in.readInt();
    require((bits & ~all) == 0, "interrupt status 0x%x", bits);
    reasons.set(bits);
  }

  /** Reads all bits and clears them. */
  int take() {
    return reasons.getAndSet(0);
  }
}
