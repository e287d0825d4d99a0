package dev.ringside.ext4;

import dev.ringside.ext4.access.Credentials;
import dev.ringside.ext4.content.AtimePolicy;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.Inode;
import dev.ringside.ext4.format.InodeFlag;
import dev.ringside.ext4.inode.InCoreInode;
import dev.ringside.ext4.journal.Handle;
import java.time.Duration;
import java.time.Instant;

/** Notes that directories were listed and links followed, as far as the mount's policy wants it. */
final class AccessTimes {
  private static final int CREDITS = 2;
  private static final Duration DAY = Duration.ofDays(1);

  private final Volume volume;
  private final AtimePolicy policy;

  AccessTimes(Volume volume, AtimePolicy policy) {
    this.volume = volume;
    this.policy = policy;
  }

  /** Notes that a file was read. */
  void accessed(InCoreInode file) throws Ext4Exception {
    if (policy == AtimePolicy.NOATIME || !volume.isWritable()) {
      return;
    }
    Inode inode = file.inode();
    if (inode.has(InodeFlag.NOATIME) || inode.has(InodeFlag.IMMUTABLE)) {
      return;
    }
    Instant now = volume.now();
    if (!isDue(inode, now)) {
      return;
    }
    try (Handle handle = volume.begin(CREDITS, Credentials.ROOT)) {
      inode.setAccessTime(now);
      file.changed(handle);
    }
  }

  private boolean isDue(Inode inode, Instant now) {
    Instant accessed = inode.accessTime();
    if (accessed.equals(now)) {
      return false;
    }
    return policy == AtimePolicy.STRICTATIME
        || !accessed.isAfter(inode.modificationTime())
        || !accessed.isAfter(inode.changeTime())
        || !accessed.plus(DAY).isAfter(now);
  }
}
