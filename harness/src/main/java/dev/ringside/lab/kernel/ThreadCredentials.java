package dev.ringside.lab.kernel;

import dev.ringside.lab.files.CallFailedException;
import dev.ringside.lab.files.Caller;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * On whose behalf the calling thread uses filesystems. Only what filesystems look at changes, and
 * only for this thread: the ids by {@code setfsuid} and {@code setfsgid}, the groups, the umask,
 * and the effective capabilities, of which everybody but the superuser has none.
 */
final class ThreadCredentials {
  private static final int CAPABILITY_VERSION = 0x2008_0522;
  private static final int CAPABILITY_BYTES = 24;
  private static final int EFFECTIVE_LOW = 0;
  private static final int PERMITTED_LOW = 4;
  private static final int EFFECTIVE_HIGH = 12;
  private static final int PERMITTED_HIGH = 16;
  private static final long CLONE_FS = 0x200;

  private final Linux linux;
  private final MemorySegment header;
  private final MemorySegment capabilities;
  private Caller current = Caller.ROOT;

  /** Gives the calling thread a umask of its own. */
  ThreadCredentials(Linux linux) throws CallFailedException {
    this.linux = linux;
    header = linux.allocate(2L * Integer.BYTES);
    header.set(ValueLayout.JAVA_INT, 0, CAPABILITY_VERSION);
    capabilities = linux.allocate(CAPABILITY_BYTES);
    linux.call(SystemCall.UNSHARE, CLONE_FS);
    linux.call(SystemCall.UMASK, 0);
  }

  /** Changes to another caller. */
  void become(Caller caller) throws CallFailedException {
    if (caller.equals(current)) {
      return;
    }
    if (current.uid() != 0) {
      setCapabilities(true);
      linux.call(SystemCall.SETFSUID, 0);
    }
    setGroups(caller);
    linux.call(SystemCall.SETFSGID, caller.gid());
    linux.call(SystemCall.UMASK, caller.umask());
    if (caller.uid() != 0) {
      linux.call(SystemCall.SETFSUID, caller.uid());
      setCapabilities(false);
    }
    current = caller;
  }

  private void setGroups(Caller caller) throws CallFailedException {
    try (Arena scratch = Arena.ofConfined()) {
      int[] groups = caller.groups().stream().mapToInt(Integer::intValue).toArray();
      MemorySegment list = scratch.allocate((long) Integer.BYTES * Math.max(1, groups.length), 4);
      MemorySegment.copy(groups, 0, list, ValueLayout.JAVA_INT, 0, groups.length);
      linux.call(SystemCall.SETGROUPS, groups.length, list.address());
    }
  }

  private void setCapabilities(boolean all) throws CallFailedException {
    linux.call(SystemCall.CAPGET, header.address(), capabilities.address());
    int low = capabilities.get(ValueLayout.JAVA_INT, PERMITTED_LOW);
    int high = capabilities.get(ValueLayout.JAVA_INT, PERMITTED_HIGH);
    capabilities.set(ValueLayout.JAVA_INT, EFFECTIVE_LOW, all ? low : 0);
    capabilities.set(ValueLayout.JAVA_INT, EFFECTIVE_HIGH, all ? high : 0);
    linux.call(SystemCall.CAPSET, header.address(), capabilities.address());
  }
}
