package dev.ringside.lab.bench.kevlar;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.file.Files;
import java.nio.file.Path;

/** The calls, answered by this machine's kernel: straight through the C library. */
final class SystemCalls implements FileCalls<MemorySegment> {
  private static final int O_WRONLY = 0x1;
  private static final int O_CREAT = 0x40;
  private static final int O_TRUNC = 0x200;
  private static final int MODE = 0644;
  private static final int DIRECTORY_MODE = 0755;
  private static final int LARGEST_TRANSFER = 1 << 20;
  private static final Path DROP_CACHES = Path.of("/proc/sys/vm/drop_caches");

  /** {@code struct stat} of 64-bit Linux has 144 bytes, and {@code st_size} at 48. */
  private static final int STAT_BYTES = 256;

  private static final int ST_SIZE = 48;

  private static final MemoryLayout CALL_STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      CALL_STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  private static final MethodHandle OPEN =
      variadic(
          "open",
          ValueLayout.JAVA_INT,
          ValueLayout.ADDRESS,
          ValueLayout.JAVA_INT,
          ValueLayout.JAVA_INT);
  private static final MethodHandle WRITE =
      call(
          "write",
          ValueLayout.JAVA_LONG,
          ValueLayout.JAVA_INT,
          ValueLayout.ADDRESS,
          ValueLayout.JAVA_LONG);
  private static final MethodHandle READ =
      call(
          "read",
          ValueLayout.JAVA_LONG,
          ValueLayout.JAVA_INT,
          ValueLayout.ADDRESS,
          ValueLayout.JAVA_LONG);
  private static final MethodHandle CLOSE =
      call("close", ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
  private static final MethodHandle FSYNC =
      call("fsync", ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
  private static final MethodHandle UNLINK =
      call("unlink", ValueLayout.JAVA_INT, ValueLayout.ADDRESS);
  private static final MethodHandle RMDIR =
      call("rmdir", ValueLayout.JAVA_INT, ValueLayout.ADDRESS);
  private static final MethodHandle MKDIR =
      call("mkdir", ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT);
  private static final MethodHandle STAT =
      call("stat", ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS);

  private final Arena arena = Arena.ofConfined();
  private final MemorySegment state = arena.allocate(CALL_STATE);
  private final MemorySegment buffer = arena.allocate(LARGEST_TRANSFER, 4096);
  private final MemorySegment stat = arena.allocate(STAT_BYTES, Long.BYTES);
  private final Path directory;

  /**
   * Calls on a directory of their own.
   *
   * @param parent an existing directory on the filesystem to measure
   */
  SystemCalls(Path parent) throws IOException {
    directory = Files.createTempDirectory(parent, "ext4test");
  }

  private static MethodHandle call(String name, MemoryLayout result, MemoryLayout... parameters) {
    return link(
        name, FunctionDescriptor.of(result, parameters), Linker.Option.captureCallState("errno"));
  }

  private static MethodHandle variadic(
      String name, MemoryLayout result, MemoryLayout... parameters) {
    return link(
        name,
        FunctionDescriptor.of(result, parameters),
        Linker.Option.captureCallState("errno"),
        Linker.Option.firstVariadicArg(parameters.length - 1));
  }

  @SuppressWarnings("restricted") // the signatures above are those of the C library
  private static MethodHandle link(
      String name, FunctionDescriptor descriptor, Linker.Option... options) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), descriptor, options);
  }

  /** What one call does. */
  @FunctionalInterface
  private interface Call {
    long call() throws Throwable;
  }

  private long checked(String name, Call call) throws IOException {
    long result;
    try {
      result = call.call();
    } catch (Throwable impossible) {
      throw new AssertionError(impossible);
    }
    if (result < 0) {
      throw new IOException("%s: errno %d".formatted(name, (int) ERRNO.get(state, 0L)));
    }
    return result;
  }

  @Override
  public MemorySegment path(String relative) {
    return arena.allocateFrom(directory.resolve(relative).toString());
  }

  @Override
  public int create(MemorySegment path) throws IOException {
    return (int)
        checked(
            "open", () -> (int) OPEN.invokeExact(state, path, O_WRONLY | O_CREAT | O_TRUNC, MODE));
  }

  @Override
  public int open(MemorySegment path) throws IOException {
    return (int) checked("open", () -> (int) OPEN.invokeExact(state, path, 0, 0));
  }

  @Override
  public void write(int file, int length) throws IOException {
    long count =
        checked("write", () -> (long) WRITE.invokeExact(state, file, buffer, (long) length));
    if (count != length) {
      throw new IOException("the disk is full");
    }
  }

  @Override
  public int read(int file, int length) throws IOException {
    return (int) checked("read", () -> (long) READ.invokeExact(state, file, buffer, (long) length));
  }

  @Override
  public void sync(int file) throws IOException {
    checked("fsync", () -> (int) FSYNC.invokeExact(state, file));
  }

  @Override
  public void close(int file) throws IOException {
    checked("close", () -> (int) CLOSE.invokeExact(state, file));
  }

  @Override
  public void unlink(MemorySegment path) throws IOException {
    checked("unlink", () -> (int) UNLINK.invokeExact(state, path));
  }

  @Override
  public void makeDirectory(MemorySegment path) throws IOException {
    checked("mkdir", () -> (int) MKDIR.invokeExact(state, path, DIRECTORY_MODE));
  }

  @Override
  public void removeDirectory(MemorySegment path) throws IOException {
    checked("rmdir", () -> (int) RMDIR.invokeExact(state, path));
  }

  @Override
  public long stat(MemorySegment path) throws IOException {
    checked("stat", () -> (int) STAT.invokeExact(state, path, stat));
    return stat.get(ValueLayout.JAVA_LONG, ST_SIZE);
  }

  @Override
  public void dropCaches() throws IOException {
    Process sync = new ProcessBuilder("sync", "-f", directory.toString()).start();
    try {
      sync.waitFor();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IOException(interrupted);
    }
    Files.writeString(DROP_CACHES, "3");
  }

  @Override
  public void close() throws IOException {
    Files.deleteIfExists(directory);
    arena.close();
  }
}
