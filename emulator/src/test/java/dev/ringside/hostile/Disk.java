package dev.ringside.hostile;

import dev.ringside.machine.IoVector;
import dev.ringside.storage.Storage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;

/** A disk whose sectors can be told apart: each holds its number, plus one, in every byte. */
final class Disk {
  private Disk() {}

  static int byteOf(long sector) {
    return (int) sector + 1;
  }

  static void fill(Storage disk) {
    MemorySegment sector = MemorySegment.ofArray(new byte[Storage.SECTOR_SIZE]);
    IoVector vector = new IoVector(sector);
    vector.add(0, sector.byteSize());
    try {
      for (long i = 0; i < disk.sectors(); i++) {
        sector.fill((byte) byteOf(i));
        disk.write(i * Storage.SECTOR_SIZE, vector);
      }
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }
}
