package dev.ringside.lab.crash;

import dev.ringside.lab.kernel.Program;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * A file that e2fsck looks at without changing it, one image after the other: only the pages that
 * are not there already are written. For one thread at a time.
 */
final class FsckFile implements Closeable {
  private final Path path;
  private final FileChannel file;
  private @Nullable DiskImage there;

  FsckFile(Path folder) throws IOException {
    path = Files.createTempFile(folder, "recovered", ".img");
    file = FileChannel.open(path, StandardOpenOption.WRITE);
  }

  /** What {@code e2fsck -fn} says of an image. */
  Program.Answer check(DiskImage image) throws IOException {
    image.writeTo(file, there);
    there = image.copy();
    return Program.E2FSCK.run("-fn", path);
  }

  @Override
  public void close() throws IOException {
    file.close();
    Files.delete(path);
  }
}
