package dev.ringside.posix;

import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.VarHandle;

/**
 * Where a call leaves its errno. Every thread has one, so that a call allocates nothing and two
 * calls never share one.
 */
final class CallState {
  private static final StructLayout LAYOUT = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      LAYOUT.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  private static final ThreadLocal<MemorySegment> OF_THREAD =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(LAYOUT));

  private CallState() {}

  /** The calling thread's. */
  static MemorySegment ofThread() {
    return OF_THREAD.get();
  }

  /** The errno of the last call that was given this state, and failed. */
  static int errno(MemorySegment state) {
    return (int) ERRNO.get(state, 0L);
  }
}
