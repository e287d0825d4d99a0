package dev.ringside.lab.bench;

import dev.ringside.machine.IoVector;
import dev.ringside.storage.MemoryStorage;
import dev.ringside.storage.Storage;
import java.lang.foreign.MemorySegment;
import java.util.Random;

/** Reads of 4 KiB, aligned, at random places of a disk of 64 MiB: the same ones in every run. */
final class RandomReads {
  /** Length of a read. */
  static final int BYTES = 4096;

  /** Capacity of the disk. */
  static final int SECTORS = 1 << 17;

  private static final int SECTORS_PER_READ = 8;
  private static final int PLACES = 1 << 14;
  private static final int FILL_BYTES = 1 << 20;

  private final int[] sectors =
      new Random(1).ints(PLACES, 0, SECTORS / SECTORS_PER_READ).map(i -> i * 8).toArray();

  private int next;

  /** Where the next read begins. */
  int nextSector() {
    next = (next + 1) & (PLACES - 1);
    return sectors[next];
  }

  /** A disk in memory that has been written all over. */
  static MemoryStorage filledDisk() {
    MemoryStorage disk = MemoryStorage.ofSectors(SECTORS);
    byte[] content = new byte[FILL_BYTES];
    new Random(2).nextBytes(content);
    IoVector source = new IoVector(MemorySegment.ofArray(content));
    for (long at = 0; at < (long) SECTORS * Storage.SECTOR_SIZE; at += FILL_BYTES) {
      source.clear();
      source.add(0, FILL_BYTES);
      disk.write(at, source);
    }
    return disk;
  }
}
