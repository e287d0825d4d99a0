package dev.ringside.lab.interop;

import dev.ringside.lab.kernel.Program;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** An image for a guest: as large as the disk of the recorded guest, and sparse. */
final class ScratchImage {
  static final long BYTES = 256L << 20;

  private ScratchImage() {}

  /** An image without anything in it. */
  static Path empty(Path file) throws IOException {
    try (RandomAccessFile image = new RandomAccessFile(file.toFile(), "rw")) {
      image.setLength(BYTES);
    }
    return file;
  }

  /** An image whose every block was written. */
  static Path filled(Path file) throws IOException {
    byte[] block = new byte[1 << 20];
    Arrays.fill(block, (byte) 0x5A);
    try (OutputStream image = Files.newOutputStream(file)) {
      for (long written = 0; written < BYTES; written += block.length) {
        image.write(block);
      }
    }
    return file;
  }

  /** An image with ext4 in it, as mke2fs makes it by default. */
  static Path ext4(Path file) throws IOException {
    empty(file);
    Program.MKE2FS.succeed("-q", "-t", "ext4", "-F", file);
    return file;
  }
}
