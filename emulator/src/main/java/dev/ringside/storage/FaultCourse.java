package dev.ringside.storage;

import dev.ringside.fault.Firing;
import dev.ringside.fault.SectorRange;
import dev.ringside.fault.StorageEffect;
import java.util.ArrayList;
import java.util.List;

/** How one request goes: what all rules that fired on it add up to. */
final class FaultCourse {
  /** Nothing of it is cut off. */
  static final long WHOLE = Long.MAX_VALUE;

  long delayNs;
  boolean fails;
  boolean dropped;
  boolean stale;
  boolean flushLost;
  boolean flushedEarly;

  /** Bytes of a write that are stored, or {@link #WHOLE}. */
  long tornAt = WHOLE;

  /** Whether a torn write fails. */
  boolean tearReported;

  /** How many sectors the request goes astray. */
  long shift;

  /** What becomes unreadable. */
  final List<SectorRange> latent = new ArrayList<>(0);

  /** Where bits flip. */
  final List<Rot> rot = new ArrayList<>(0);

  /**
   * Bits that flip in one sector.
   *
   * @param seed decides which sector, and which bits
   */
  record Rot(SectorRange sectors, int bits, long seed) {}

  static FaultCourse of(List<Firing<StorageEffect>> firings) {
    FaultCourse course = new FaultCourse();
    for (Firing<StorageEffect> firing : firings) {
      course.add(firing);
    }
    return course;
  }

  private void add(Firing<StorageEffect> firing) {
    switch (firing.effect()) {
      case StorageEffect.IoError() -> fails = true;
      case StorageEffect.LatentError() -> latent.add(firing.sectors());
      case StorageEffect.BitRot(int bits) ->
          rot.add(new Rot(firing.sectors(), bits, firing.draw()));
      case StorageEffect.TornWrite(long bytes, boolean reported) -> {
        tornAt = Math.min(tornAt, bytes);
        tearReported |= reported;
      }
      case StorageEffect.DroppedWrite() -> dropped = true;
      case StorageEffect.Misdirected(long sectors) -> shift += sectors;
      case StorageEffect.StaleRead() -> stale = true;
      case StorageEffect.LostFlush() -> flushLost = true;
      case StorageEffect.EarlyFlush() -> flushedEarly = true;
      case StorageEffect.Delay(long nanoseconds) -> delayNs += nanoseconds;
    }
  }
}
