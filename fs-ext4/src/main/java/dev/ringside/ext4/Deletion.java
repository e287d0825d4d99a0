package dev.ringside.ext4;

import dev.ringside.ext4.access.Credentials;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.Inode;
import dev.ringside.ext4.inode.InCoreInode;
import dev.ringside.ext4.journal.Handle;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Deletes files that have no name any more, when nobody uses them. Until it is done they are
 * orphans, so that a mount after a crash goes on with it.
 */
final class Deletion {
  /** What a handle has that frees blocks: it takes more as it goes. */
  static final int CREDITS = 32;

  private final Volume volume;

  /** Files without a name that somebody uses, or used when the filesystem was frozen. */
  private final Set<InCoreInode> waiting = new LinkedHashSet<>();

  Deletion(Volume volume) {
    this.volume = volume;
  }

  /**
   * Deletes a file that has lost its last name, now or when its last use ends; on a frozen
   * filesystem, after the thaw.
   */
  void deleteIfUnused(InCoreInode file) throws Ext4Exception {
    if (file.inode().links() > 0) {
      waiting.remove(file);
    } else if (file.references() > 0 || volume.isFrozen()) {
      waiting.add(file);
    } else {
      waiting.remove(file);
      delete(file);
    }
  }

  /** Deletes what has ended its last use while the filesystem was frozen. */
  void deleteUnused() throws Ext4Exception {
    for (InCoreInode file : List.copyOf(waiting)) {
      deleteIfUnused(file);
    }
  }

  /** Deletes what is still used, because the filesystem is unmounted. */
  void deleteWaiting() throws Ext4Exception {
    for (InCoreInode file : List.copyOf(waiting)) {
      waiting.remove(file);
      if (file.inode().links() == 0) {
        delete(file);
      }
    }
  }

  /** Deletes an orphan. */
  void delete(InCoreInode file) throws Ext4Exception {
    try (Handle handle = volume.begin(CREDITS, Credentials.ROOT)) {
      volume.removeContent(handle, file);
      handle.ensureCredits(CREDITS);
      volume.releaseAttributes(handle, file);
      volume.orphans().remove(handle, file);
      free(handle, file);
    }
  }

  /** Takes back a file that was made under the same handle and has no name. */
  void discard(Handle handle, InCoreInode file) throws Ext4Exception {
    volume.removeContent(handle, file);
    volume.releaseAttributes(handle, file);
    free(handle, file);
  }

  private void free(Handle handle, InCoreInode file) throws Ext4Exception {
    Inode inode = file.inode();
    inode.setLinks(0);
    inode.setSize(0);
    inode.setDeletionTime(Math.max(1, volume.now().getEpochSecond()));
    file.changed(handle);
    file.writeInto(handle);
    volume.writing().allocation().inodes().free(handle, file.number(), inode.type());
    volume.inodes().remove(file.number());
  }
}
