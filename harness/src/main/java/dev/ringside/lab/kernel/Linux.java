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
 * would do to all threads, as setting groups, concerns this thread only. A call that succeeds
 * allocates nothing, so that one can be timed. x86-64; to be used by one thread at a time.
 */
public final class Linux implements AutoCloseable {
  private static final StructLayout CALL_STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      CALL_STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
  private static final MethodHandle SYSCALL = syscall();

  private final Arena arena = Arena.ofShared();
  private final MemorySegment state = arena.allocate(CALL_STATE);

  /** Whether the numbers of {@link SystemCall} are this machine's. */
  public static boolean isSupported() {
    return System.getProperty("os.name").equals("Linux")
        && System.getProperty("os.arch").equals("amd64");
  }

  @SuppressWarnings("restricted") // the signature is the C library's
  private static MethodHandle syscall() {
    Linker linker = Linker.nativeLinker();
    ValueLayout.OfLong word = ValueLayout.JAVA_LONG;
    return linker.downcallHandle(
        linker.defaultLookup().findOrThrow("syscall"),
        FunctionDescriptor.of(word, word, word, word, word, word, word),
        Linker.Option.firstVariadicArg(1),
        Linker.Option.captureCallState("errno"));
  }

  /** Memory that lives as long as this object, at an address for any number. */
  public MemorySegment allocate(long bytes) {
    return allocate(bytes, Long.BYTES);
  }

  /** Memory that lives as long as this object, at a multiple of {@code alignment}. */
  public MemorySegment allocate(long bytes, long alignment) {
    return arena.allocate(bytes, alignment);
  }

  /** A string as {@link #text(Arena, String)} makes it, that lives as long as this object. */
  public MemorySegment text(String text) {
    return text(arena, text);
  }

  /** Puts a string with a character for each byte into memory, with a zero behind it. */
  static MemorySegment text(Arena scratch, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    MemorySegment segment = scratch.allocate(bytes.length + 1L);
    MemorySegment.copy(bytes, 0, segment, ValueLayout.JAVA_BYTE, 0, bytes.length);
    return segment;
  }

  /** Makes a call; a negative result of the kernel is a failure with its errno. */
  public long call(SystemCall call, long first) throws CallFailedException {
    return call(call, first, 0, 0, 0, 0);
  }

  /** As {@link #call(SystemCall, long)}, with more arguments. */
  public long call(SystemCall call, long first, long second) throws CallFailedException {
    return call(call, first, second, 0, 0, 0);
  }

  /** As {@link #call(SystemCall, long)}, with more arguments. */
  public long call(SystemCall call, long first, long second, long third)
      throws CallFailedException {
    return call(call, first, second, third, 0, 0);
  }

  /** As {@link #call(SystemCall, long)}, with more arguments. */
  public long call(SystemCall call, long first, long second, long third, long fourth)
      throws CallFailedException {
    return call(call, first, second, third, fourth, 0);
  }

  /** As {@link #call(SystemCall, long)}, with more arguments. */
  public long call(SystemCall call, long first, long second, long third, long fourth, long fifth)
      throws CallFailedException {
    long result;
    try {
      result =
          (long)
              SYSCALL.invokeExact(state, (long) call.number(), first, second, third, fourth, fifth);
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
