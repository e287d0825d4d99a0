package dev.ringside.ext4.content;

import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.Inode;
import dev.ringside.ext4.format.InodeFlag;
import dev.ringside.ext4.journal.Handle;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * What reading and writing do to an inode beside its content: times, and the bits that must not
 * survive a change by somebody else.
 *
 * <p>Times are those of a clock that ticks every millisecond, so a stream of small writes changes
 * the inode a thousand times a second and not with every call.
 */
final class FileTimes {
  private static final int SET_UID = 0x800;
  private static final int SET_GID = 0x400;
  private static final int GROUP_EXECUTE = 0x8;
  private static final Duration DAY = Duration.ofDays(1);

  private final Volume volume;
  private final InstantSource clock;

  FileTimes(Volume volume) {
    this.volume = volume;
    this.clock = volume.options().time();
  }

  private Instant now() {
    return Instant.ofEpochMilli(clock.millis());
  }

  /** Whether the times of a write that is made now stand in the inode already. */
  boolean isFresh(ContentFile file) {
    Inode inode = file.inode().inode();
    Instant now = now();
    return now.equals(inode.modificationTime()) && now.equals(inode.changeTime());
  }

  /** Whether a change takes bits away from a file's permissions. */
  boolean mustStrip(ContentFile file, WriteAccess access) {
    return !access.keepsSetId() && stripped(permissions(file)) != permissions(file);
  }

  private static int permissions(ContentFile file) {
    return file.inode().inode().permissions();
  }

  /** Set-group-id without the right to execute says something else: mandatory locking. */
  private static int stripped(int permissions) {
    boolean group = (permissions & GROUP_EXECUTE) != 0;
    return permissions & ~SET_UID & (group ? ~SET_GID : ~0);
  }

  /** Notes that content has changed. */
  void modified(Handle handle, ContentFile file, WriteAccess access) {
    Inode inode = file.inode().inode();
    Instant now = now();
    inode.setModificationTime(now);
    inode.setChangeTime(now);
    if (mustStrip(file, access)) {
      inode.setPermissions(stripped(permissions(file)));
    }
    file.inode().changed(handle);
  }

  /** Notes that content was read, as the mount's policy wants it. */
  void accessed(ContentFile file) throws Ext4Exception {
    ContentChanges changes = volume.changes();
    if (changes == null || volume.options().atime() == AtimePolicy.NOATIME) {
      return;
    }
    Inode inode = file.inode().inode();
    Instant now = now();
    if (inode.has(InodeFlag.NOATIME)
        || now.equals(inode.accessTime())
        || !isDue(inode, now)
        || changes.transactions().isFrozen()
        || changes.transactions().isAborted()) {
      return;
    }
    try (Handle handle = changes.transactions().start(Credits.INODE, true)) {
      inode.setAccessTime(now);
      file.inode().changed(handle);
    }
  }

  private boolean isDue(Inode inode, Instant now) {
    Instant accessed = inode.accessTime();
    return volume.options().atime() == AtimePolicy.STRICTATIME
        || !accessed.isAfter(inode.modificationTime())
        || !accessed.isAfter(inode.changeTime())
        || !accessed.plus(DAY).isAfter(now);
  }
}
