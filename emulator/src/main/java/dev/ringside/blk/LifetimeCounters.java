package dev.ringside.blk;

import dev.ringside.machine.LittleEndian;
import dev.ringside.virtio.spec.BlkLifetimeLayout;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.LongAdder;

/**
 * The wear of a disk, estimated from the bytes that were written to it since it was made, against
 * its {@link Endurance} (virtio 1.4, section 5.2.6: GET_LIFETIME). A reset of the device does not
 * make it younger. For several tasks.
 *
 * <p>Blocks of worn cells are replaced from the reserve, in proportion to the wear of the cells
 * that are worn most.
 */
final class LifetimeCounters {
  private static final int STEPS = 10;
  private static final double WARNING = 0.8;
  private static final double URGENT = 0.9;

  private final Endurance endurance;
  private final LongAdder written = new LongAdder();

  LifetimeCounters(Endurance endurance) {
    this.endurance = endurance;
  }

  /** Bytes were written. */
  void wrote(long bytes) {
    written.add(bytes);
  }

  /** Bytes written in the disk's life. */
  long writtenBytes() {
    return written.sum();
  }

  /** The disk is one that was saved; nothing is written meanwhile. */
  void restore(long bytes) {
    written.reset();
    written.add(bytes);
  }

  /** What GET_LIFETIME returns now. */
  MemorySegment report() {
    long bytes = written.sum();
    MemorySegment report = MemorySegment.ofArray(new byte[BlkLifetimeLayout.SIZE]);
    LittleEndian.setU16(report, BlkLifetimeLayout.PRE_EOL_INFO, reserve(bytes));
    LittleEndian.setU16(
        report, BlkLifetimeLayout.TYPE_A, step(bytes, endurance.singleLevelBytes()));
    LittleEndian.setU16(report, BlkLifetimeLayout.TYPE_B, step(bytes, endurance.multiLevelBytes()));
    return report;
  }

  private int reserve(long bytes) {
    double consumed =
        Math.max(
            wear(bytes, endurance.singleLevelBytes()), wear(bytes, endurance.multiLevelBytes()));
    if (consumed >= URGENT) {
      return BlkLifetimeLayout.PRE_EOL_URGENT;
    }
    return consumed >= WARNING
        ? BlkLifetimeLayout.PRE_EOL_WARNING
        : BlkLifetimeLayout.PRE_EOL_NORMAL;
  }

  private static int step(long bytes, long rated) {
    if (rated == 0) {
      return BlkLifetimeLayout.WEAR_UNDEFINED;
    }
    double wear = wear(bytes, rated);
    return wear > 1
        ? BlkLifetimeLayout.WEAR_EXCEEDED
        : Math.clamp((long) Math.ceil(wear * STEPS), 1, STEPS);
  }

  private static double wear(long bytes, long rated) {
    return rated == 0 ? 0 : (double) bytes / rated;
  }
}
