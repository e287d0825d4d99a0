package dev.ringside.machine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Looks into a virtual thread: why it left its carrier. The JDK's public states do not tell a
 * thread that waits for a monitor and has just got it from one that yielded.
 */
final class VirtualThreadState {
  private final VarHandle state;
  private final int blocked;
  private final int unblocked;

  /**
   * Finds the JDK's own names.
   *
   * @throws IllegalStateException when this JDK has none such, or keeps them closed
   */
  VirtualThreadState() {
    try {
      Class<?> type = Class.forName("java.lang.VirtualThread");
      MethodHandles.Lookup lookup = MethodHandles.privateLookupIn(type, MethodHandles.lookup());
      state = lookup.findVarHandle(type, "state", int.class);
      blocked = (int) lookup.findStaticVarHandle(type, "BLOCKED", int.class).get();
      unblocked = (int) lookup.findStaticVarHandle(type, "UNBLOCKED", int.class).get();
    } catch (ReflectiveOperationException | RuntimeException unavailable) {
      throw new IllegalStateException(
          "simulated time needs JDK 25 with --add-opens java.base/java.lang=ALL-UNNAMED",
          unavailable);
    }
  }

  /** Whether a thread that is not running waits for a monitor, or has got it and may go on. */
  boolean isOffItsCarrierOverMonitor(Thread thread) {
    int now = (int) state.getVolatile(thread);
    return now == blocked || now == unblocked;
  }
}
