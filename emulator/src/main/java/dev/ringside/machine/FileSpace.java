package dev.ringside.machine;

import dev.ringside.posix.Descriptor;
import dev.ringside.posix.Errno;
import dev.ringside.posix.FileCalls;
import dev.ringside.posix.PosixException;
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
  private final Descriptor file;

  private FileSpace(Path path, Descriptor file) {
    this.path = path;
    this.file = file;
  }

  /** Opens an existing file for reading and writing. */
  public static FileSpace open(Path path) throws IOException {
    try {
      return new FileSpace(path, FileCalls.open(path.toString()));
    } catch (PosixException failure) {
      if (failure.errno() == Errno.EACCES || failure.errno() == Errno.EPERM) {
        throw new AccessDeniedException(path.toString());
      }
      throw about(path, failure);
    }
  }

  /** A path that leads to this very file, whatever happens to its name. */
  public Path descriptorPath() {
    return Path.of("/proc/self/fd/" + file.number());
  }

  /**
   * Gives the space of a range back. The range reads as zeros afterwards; the file's size stays.
   *
   * @return false when the file system cannot do that; nothing has changed then
   */
  public boolean punchHole(long position, long length) throws IOException {
    return allocate(FileCalls.FALLOC_FL_PUNCH_HOLE, position, length);
  }

  /**
   * Makes a range read as zeros and keeps its space. The file's size stays.
   *
   * @return false when the file system cannot do that; nothing has changed then
   */
  public boolean zero(long position, long length) throws IOException {
    return allocate(FileCalls.FALLOC_FL_ZERO_RANGE, position, length);
  }

  private boolean allocate(int mode, long position, long length) throws IOException {
    try {
      FileCalls.allocate(file, mode | FileCalls.FALLOC_FL_KEEP_SIZE, position, length);
      return true;
    } catch (PosixException failure) {
      if (failure.errno() == Errno.EOPNOTSUPP || failure.errno() == Errno.ENOSYS) {
        return false;
      }
      throw about(path, failure);
    }
  }

  /** Changes the file's size; what is added is a hole. */
  public void setSize(long bytes) throws IOException {
    try {
      FileCalls.truncate(file, bytes);
    } catch (PosixException failure) {
      throw about(path, failure);
    }
  }

  private static FileSystemException about(Path path, PosixException failure) {
    FileSystemException named =
        new FileSystemException(path.toString(), null, failure.getMessage());
    named.initCause(failure);
    return named;
  }

  @Override
  public void close() {
    file.close();
  }
}
