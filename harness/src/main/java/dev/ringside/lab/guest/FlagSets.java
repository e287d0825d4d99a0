package dev.ringside.lab.guest;

import dev.ringside.ext4.AccessMode;
import dev.ringside.ext4.OpenFlag;
import dev.ringside.ext4.RenameFlag;
import dev.ringside.ext4.content.AllocateMode;
import dev.ringside.lab.files.FallocateFlag;
import java.util.EnumSet;
import java.util.Set;

/** Flags in the numbers of Linux, as the sets that Ringside takes. */
final class FlagSets {
  private static final int MAY_READ = 4;
  private static final int MAY_WRITE = 2;
  private static final int MAY_EXECUTE = 1;

  private FlagSets() {}

  private static <E extends Enum<E>> void add(Set<E> set, E element, int flags, int bits) {
    if ((flags & bits) == bits) {
      set.add(element);
    }
  }

  static Set<OpenFlag> open(int flags) {
    Set<OpenFlag> set = EnumSet.noneOf(OpenFlag.class);
    int access = flags & dev.ringside.lab.files.OpenFlag.ACCESS_MASK;
    if (access != dev.ringside.lab.files.OpenFlag.WRITE_ONLY) {
      set.add(OpenFlag.READ);
    }
    if (access != 0) {
      set.add(OpenFlag.WRITE);
    }
    add(set, OpenFlag.CREATE, flags, dev.ringside.lab.files.OpenFlag.CREATE);
    add(set, OpenFlag.EXCLUSIVE, flags, dev.ringside.lab.files.OpenFlag.EXCLUSIVE);
    add(set, OpenFlag.TRUNCATE, flags, dev.ringside.lab.files.OpenFlag.TRUNCATE);
    add(set, OpenFlag.APPEND, flags, dev.ringside.lab.files.OpenFlag.APPEND);
    add(set, OpenFlag.NOFOLLOW, flags, dev.ringside.lab.files.OpenFlag.NO_FOLLOW);
    add(set, OpenFlag.NOATIME, flags, dev.ringside.lab.files.OpenFlag.NO_ACCESS_TIME);
    add(set, OpenFlag.SYNC, flags, dev.ringside.lab.files.OpenFlag.SYNC);
    add(set, OpenFlag.DSYNC, flags, dev.ringside.lab.files.OpenFlag.DATA_SYNC);
    if ((flags & dev.ringside.lab.files.OpenFlag.TEMPORARY)
        != dev.ringside.lab.files.OpenFlag.TEMPORARY) {
      add(set, OpenFlag.DIRECTORY, flags, dev.ringside.lab.files.OpenFlag.DIRECTORY);
    }
    return set;
  }

  static Set<AllocateMode> allocate(int flags) {
    Set<AllocateMode> set = EnumSet.noneOf(AllocateMode.class);
    add(set, AllocateMode.KEEP_SIZE, flags, FallocateFlag.KEEP_SIZE);
    add(set, AllocateMode.PUNCH_HOLE, flags, FallocateFlag.PUNCH_HOLE);
    add(set, AllocateMode.ZERO_RANGE, flags, FallocateFlag.ZERO_RANGE);
    add(set, AllocateMode.COLLAPSE_RANGE, flags, FallocateFlag.COLLAPSE_RANGE);
    add(set, AllocateMode.INSERT_RANGE, flags, FallocateFlag.INSERT_RANGE);
    return set;
  }

  static Set<RenameFlag> rename(int flags) {
    Set<RenameFlag> set = EnumSet.noneOf(RenameFlag.class);
    add(set, RenameFlag.NO_REPLACE, flags, dev.ringside.lab.files.RenameFlag.NO_REPLACE);
    add(set, RenameFlag.EXCHANGE, flags, dev.ringside.lab.files.RenameFlag.EXCHANGE);
    add(set, RenameFlag.WHITEOUT, flags, dev.ringside.lab.files.RenameFlag.WHITEOUT);
    return set;
  }

  static Set<AccessMode> access(int bits) {
    Set<AccessMode> set = EnumSet.noneOf(AccessMode.class);
    add(set, AccessMode.READ, bits, MAY_READ);
    add(set, AccessMode.WRITE, bits, MAY_WRITE);
    add(set, AccessMode.EXECUTE, bits, MAY_EXECUTE);
    return set;
  }
}
