package dev.ringside.lab.bench.kevlar;

import dev.ringside.lab.kernel.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** An empty ext4 of mke2fs's defaults in a temporary file, which goes when this is closed. */
final class BenchImage implements AutoCloseable {
  private final Path path;

  private BenchImage(Path path) {
    this.path = path;
  }

  /**
   * Makes one with blocks of 4 KiB.
   *
   * @param size in the words of mke2fs, such as {@code 768M}
   */
  static BenchImage make(String size) throws IOException {
    BenchImage image = new BenchImage(Files.createTempFile("ringside-bench", ".img"));
    try {
      Program.MKE2FS.succeed("-q", "-F", "-t", "ext4", "-b", "4096", image.path, size);
      return image;
    } catch (IOException failure) {
      image.close();
      throw failure;
    }
  }

  Path path() {
    return path;
  }

  @Override
  public void close() throws IOException {
    Files.deleteIfExists(path);
  }
}
