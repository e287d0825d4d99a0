package dev.ringside.lab.kernel;

import dev.ringside.lab.files.CallFailedException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;

/**
 * System calls of the calling thread, by {@code syscall(2)}: what the C library's own functions
 * would do to all threads, as setting groups, concerns this thread only. x86-64.
 */
final class Linux implements AutoCloseable {
  private static final StructLayout CALL_STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      CALL_STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
  private static final MethodHandle SYSCALL = syscall();

  private final Arena arena = Arena.ofShared();
  private final MemorySegment state = arena.allocate(CALL_STATE);

  /** Whether the numbers of {@link SystemCall} are this machine's. */
  static boolean isSupported() {
    return System.getProperty("os.name").equals("Linux")
        && System.getProperty("os.arch").equals("amd64");
  }

  @SuppressWarnings("restricted") // the signature is the C library's
  private static MethodHandle syscall() {
    Linker linker = Linker.nativeLinker();
    ValueLayout.OfLong word = ValueLayout.JAVA_LONG;
    return linker.downcallHandle(
        linker.defaultLookup().findOrThrow("syscall"),
        FunctionDescriptor.of(word, word, word, word, word, word, word, word),
        Linker.Option.firstVariadicArg(1),
        Linker.Option.captureCallState("errno"));
  }

  /** Memory that lives as long as this object. */
  MemorySegment allocate(long bytes) {
    return arena.allocate(bytes, Long.BYTES);
  }

  /** Puts a string with a character for each byte into memory, with a zero behind it. */
  static MemorySegment text(Arena scratch, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    MemorySegment segment = scratch.allocate(bytes.length + 1L);
    MemorySegment.copy(bytes, 0, segment, ValueLayout.JAVA_BYTE, 0, bytes.length);
    return segment;
  }

  /** Makes a call; up to six arguments, the rest are zeros. */
  long call(SystemCall call, long... arguments) throws CallFailedException {
    long[] six = new long[6];
    System.arraycopy(arguments, 0, six, 0, arguments.length);
    long result;
    try {
      result =
          (long)
              SYSCALL.invokeExact(
                  state, (long) call.number(), six[0], six[1], six[2], six[3], six[4], six[5]);
    } catch (Throwable impossible) {
      throw new IllegalStateException(impossible);
    }
    if (result == -1) {
      throw new CallFailedException((int) ERRNO.get(state, 0L));
    }
    return result;
  }

  @Override
  public void close() {
    arena.close();
  }
}
