package dev.ringside.lab.bench.files;

import dev.ringside.lab.files.OpenFlag;
import dev.ringside.lab.kernel.Linux;
import dev.ringside.lab.kernel.SystemCall;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The calls, answered by this machine's kernel. Paths and buffers stand in native memory before a
 * call is timed, so that a call costs what it costs a program in C.
 */
public final class SystemCalls implements FileCalls<MemorySegment> {
  private static final long AT_FDCWD = -100;
  private static final long O_DIRECTORY = 0x10000;
  private static final long AT_REMOVEDIR = 0x200;
  private static final int MODE = 0644;
  private static final int DIRECTORY_MODE = 0755;
  private static final int LARGEST_TRANSFER = 1 << 20;
  private static final int PAGE = 4096;
  private static final Path DROP_CACHES = Path.of("/proc/sys/vm/drop_caches");

  /** {@code struct stat} of 64-bit Linux has 144 bytes, and {@code st_size} at 48. */
  private static final int STAT_BYTES = 256;

  private static final int ST_SIZE = 48;

  private final Linux linux = new Linux();
  private final MemorySegment buffer = linux.allocate(LARGEST_TRANSFER, PAGE);
  private final MemorySegment stat = linux.allocate(STAT_BYTES);
  private final Path directory;

  /** Where paths start, so that a look-up has as many names on its way as Ringside's. */
  private final long root;

  /**
   * Calls on a directory of their own.
   *
   * @param parent an existing directory on the filesystem to measure
   */
  public SystemCalls(Path parent) throws IOException {
    if (!Linux.isSupported()) {
      throw new IOException("system calls are made on Linux on x86-64 only");
    }
    directory = Files.createTempDirectory(parent, "ext4test");
    try {
      root =
          linux.call(
              SystemCall.OPENAT, AT_FDCWD, linux.text(parent.toString()).address(), O_DIRECTORY);
    } catch (IOException failure) {
      Files.delete(directory);
      linux.close();
      throw failure;
    }
  }

  @Override
  public MemorySegment path(String relative) {
    return linux.text(directory.getFileName() + "/" + relative);
  }

  @Override
  public int create(MemorySegment path) throws IOException {
    int flags = OpenFlag.WRITE_ONLY | OpenFlag.CREATE | OpenFlag.TRUNCATE;
    return (int) linux.call(SystemCall.OPENAT, root, path.address(), flags, MODE);
  }

  @Override
  public int open(MemorySegment path) throws IOException {
    return (int) linux.call(SystemCall.OPENAT, root, path.address());
  }

  @Override
  public void write(int file, int length) throws IOException {
    if (linux.call(SystemCall.WRITE, file, buffer.address(), length) != length) {
      throw new IOException("the disk is full");
    }
  }

  @Override
  public int read(int file, int length) throws IOException {
    return (int) linux.call(SystemCall.READ, file, buffer.address(), length);
  }

  @Override
  public void sync(int file) throws IOException {
    linux.call(SystemCall.FSYNC, file);
  }

  @Override
  public void close(int file) throws IOException {
    linux.call(SystemCall.CLOSE, file);
  }

  @Override
  public void unlink(MemorySegment path) throws IOException {
    linux.call(SystemCall.UNLINKAT, root, path.address());
  }

  @Override
  public void makeDirectory(MemorySegment path) throws IOException {
    linux.call(SystemCall.MKDIRAT, root, path.address(), DIRECTORY_MODE);
  }

  @Override
  public void removeDirectory(MemorySegment path) throws IOException {
    linux.call(SystemCall.UNLINKAT, root, path.address(), AT_REMOVEDIR);
  }

  @Override
  public long stat(MemorySegment path) throws IOException {
    linux.call(SystemCall.NEWFSTATAT, root, path.address(), stat.address());
    return stat.get(ValueLayout.JAVA_LONG, ST_SIZE);
  }

  @Override
  public void dropCaches() throws IOException {
    linux.call(SystemCall.SYNCFS, root);
    Files.writeString(DROP_CACHES, "3");
  }

  @Override
  public void close() throws IOException {
    try {
      linux.call(SystemCall.CLOSE, root);
      Files.deleteIfExists(directory);
    } finally {
      linux.close();
    }
  }
}
