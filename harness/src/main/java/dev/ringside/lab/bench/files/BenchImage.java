package dev.ringside.lab.bench.files;

import dev.ringside.lab.kernel.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * An empty ext4 of mke2fs's defaults in a temporary file, which goes when this is closed, or when
 * the process ends without closing it.
 */
public final class BenchImage implements AutoCloseable {
  private static final Path MEMORY = Path.of("/dev/shm");

  private final Path path;

  private BenchImage(Path path) {
    this.path = path;
  }

  /** Where images lie unless somebody says otherwise: in memory, where there is such a place. */
  public static Path usualPlace() {
    return Files.isWritable(MEMORY) ? MEMORY : Path.of(System.getProperty("java.io.tmpdir"));
  }

  /**
   * Makes one with blocks of 4 KiB. Its inode tables and its journal are zeroed at once: a kernel
   * that mounts it would do so in the background, while something is measured.
   *
   * @param size in the words of mke2fs, such as {@code 768M}
   */
  public static BenchImage make(Path directory, String size) throws IOException {
    BenchImage image = new BenchImage(Files.createTempFile(directory, "ringside-bench", ".img"));
    image.path.toFile().deleteOnExit();
    try {
      Program.MKE2FS.succeed(
          "-q",
          "-F",
          "-t",
          "ext4",
          "-b",
          "4096",
          "-E",
          "lazy_itable_init=0,lazy_journal_init=0",
          image.path,
          size);
      return image;
    } catch (IOException failure) {
      image.close();
      throw failure;
    }
  }

  /** Where it is. */
  public Path path() {
    return path;
  }

  @Override
  public void close() throws IOException {
    Files.deleteIfExists(path);
  }
}
