package dev.ringside.machine;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;

/**
 * The space that a file takes: its size and its holes, which the JDK's channels do not manage. It
 * holds a file descriptor of its own.
 */
public final class FileSpace implements AutoCloseable {
  private final Path path;
  private final int fileDescriptor;

  private FileSpace(Path path, int fileDescriptor) {
    this.path = path;
    this.fileDescriptor = fileDescriptor;
  }

  /** Opens an existing file for reading and writing. */
  public static FileSpace open(Path path) throws IOException {
    int result = Posix.open(path.toString());
    if (result == -Posix.EACCES || result == -Posix.EPERM) {
      throw new AccessDeniedException(path.toString());
    }
    if (result < 0) {
      throw new FileSystemException(path.toString(), null, "open failed with errno " + -result);
    }
    return new FileSpace(path, result);
  }

  /** A path that leads to this very file, whatever happens to its name. */
  public Path descriptorPath() {
    return Path.of("/proc/self/fd/" + fileDescriptor);
  }

  /**
   * Gives the space of a range back. The range reads as zeros afterwards; the file's size stays.
   *
   * @return false when the file system cannot do that; nothing has changed then
   */
  public boolean punchHole(long position, long length) throws IOException {
    return allocate(Posix.FALLOC_FL_PUNCH_HOLE, position, length);
  }

  /**
   * Makes a range read as zeros and keeps its space. The file's size stays.
   *
   * @return false when the file system cannot do that; nothing has changed then
   */
  public boolean zero(long position, long length) throws IOException {
    return allocate(Posix.FALLOC_FL_ZERO_RANGE, position, length);
  }

  private boolean allocate(int mode, long position, long length) throws IOException {
    int result =
        Posix.fallocate(fileDescriptor, mode | Posix.FALLOC_FL_KEEP_SIZE, position, length);
    if (result == -Posix.EOPNOTSUPP || result == -Posix.ENOSYS) {
      return false;
    }
    check("fallocate", result);
    return true;
  }

  /** Changes the file's size; what is added is a hole. */
  public void setSize(long bytes) throws IOException {
    check("ftruncate", Posix.truncate(fileDescriptor, bytes));
  }

  private void check(String call, int result) throws IOException {
    if (result < 0) {
      throw new FileSystemException(
          path.toString(), null, "%s failed with errno %d".formatted(call, -result));
    }
  }

  @Override
  public void close() {
    Posix.close(fileDescriptor);
  }
}
