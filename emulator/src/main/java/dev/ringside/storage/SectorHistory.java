package dev.ringside.storage;

import dev.ringside.fault.FaultPlan;
import dev.ringside.fault.FaultRule;
import dev.ringside.fault.SectorRange;
import dev.ringside.fault.StorageEffect;
import dev.ringside.machine.IoVector;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What sectors held before they were last changed: only those that a rule can read stale. It takes
 * as much heap as such sectors are written.
 */
final class SectorHistory {
  private final List<SectorRange> remembered;
  private final Map<Long, byte[]> before = new ConcurrentHashMap<>();

  SectorHistory(FaultPlan plan, long sectors) {
    SectorRange disk = new SectorRange(0, Math.max(0, sectors - 1));
    remembered =
        plan.rules().stream()
            .filter(rule -> rule.effect() instanceof StorageEffect.StaleRead)
            .map(FaultRule::selector)
            .map(selector -> selector.sectors().orElse(disk))
            .toList();
  }

  /** Notes what a range holds that is about to be changed; positions and lengths in bytes. */
  void remember(Storage storage, long position, long length) throws IOException {
    SectorRange changed = range(position, length);
    for (SectorRange wanted : remembered) {
      if (wanted.overlaps(changed)) {
        SectorRange both = wanted.intersection(changed);
        remember(storage, both);
      }
    }
  }

  private void remember(Storage storage, SectorRange range) throws IOException {
    for (long sector = range.first(); sector <= range.last(); sector++) {
      byte[] content = new byte[Storage.SECTOR_SIZE];
      IoVector target = new IoVector(MemorySegment.ofArray(content));
      target.add(0, content.length);
      storage.read(sector * Storage.SECTOR_SIZE, target);
      before.put(sector, content);
    }
  }

  /** Puts the content of before over what was read; the rest stays. */
  void overlay(long position, IoVector target) {
    long first = position / Storage.SECTOR_SIZE;
    long count = target.bytes() / Storage.SECTOR_SIZE;
    for (long i = 0; i < count; i++) {
      byte @Nullable [] content = before.get(first + i);
      if (content != null) {
        copyInto(target, i * Storage.SECTOR_SIZE, content);
      }
    }
  }

  /** Copies to where the bytes from {@code start} of the data on lie. */
  private static void copyInto(IoVector target, long start, byte[] content) {
    MemorySegment source = MemorySegment.ofArray(content);
    long pieceStart = 0;
    for (int piece = 0; piece < target.count(); piece++) {
      long pieceEnd = pieceStart + target.length(piece);
      long from = Math.max(start, pieceStart);
      long to = Math.min(start + content.length, pieceEnd);
      if (from < to) {
        MemorySegment.copy(
            source,
            from - start,
            target.memory(),
            target.offset(piece) + from - pieceStart,
            to - from);
      }
      pieceStart = pieceEnd;
    }
  }

  static SectorRange range(long position, long length) {
    long first = position / Storage.SECTOR_SIZE;
    return new SectorRange(first, first + length / Storage.SECTOR_SIZE - 1);
  }
}
