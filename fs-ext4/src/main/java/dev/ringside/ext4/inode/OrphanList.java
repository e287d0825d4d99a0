package dev.ringside.ext4.inode;

import dev.ringside.ext4.error.Ext4CorruptedException;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.Superblock;
import dev.ringside.ext4.journal.Handle;
import dev.ringside.ext4.journal.SuperblockUpdates;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The orphan list: the superblock names the file that was added last ({@code s_last_orphan}), and
 * each file's {@code i_dtime} the one that was added before it.
 */
public final class OrphanList implements Orphans {
  private final Superblock superblock;
  private final SuperblockUpdates updates;
  private @Nullable InCoreInode first;

  /** The list of a filesystem, which {@link #read} must empty before something is added. */
  public OrphanList(Superblock superblock, SuperblockUpdates updates) {
    this.superblock = superblock;
    this.updates = updates;
  }

  /**
   * The files that a crash left on the list, which stays as it is.
   *
   * @throws Ext4CorruptedException when it leads to what cannot be an orphan, or round in a circle
   */
  public List<InCoreInode> read(InodeCache inodes) throws Ext4Exception {
    List<InCoreInode> found = new ArrayList<>();
    Set<Long> numbers = new HashSet<>();
    InCoreInode before = null;
    long next = superblock.lastOrphan();
    while (next != 0) {
      if (!numbers.add(next)) {
        throw new Ext4CorruptedException("orphan list", "leads to inode " + next + " twice");
      }
      InCoreInode file = inodes.getOrphan(next);
      file.onOrphanList = true;
      file.orphanBefore = before;
      if (before == null) {
        first = file;
      } else {
        before.orphanBehind = file;
      }
      found.add(file);
      before = file;
      next = file.inode().deletionTime();
    }
    return found;
  }

  @Override
  public void add(Handle handle, InCoreInode file) throws Ext4Exception {
    if (file.isOrphan()) {
      return;
    }
    InCoreInode behind = first;
    file.inode().setDeletionTime(behind == null ? 0 : behind.number());
    file.changed(handle);
    superblock.setLastOrphan(file.number());
    updates.changed(handle);
    file.onOrphanList = true;
    file.orphanBehind = behind;
    if (behind != null) {
      behind.orphanBefore = file;
    }
    first = file;
  }

  @Override
  public void remove(Handle handle, InCoreInode file) throws Ext4Exception {
    if (!file.onOrphanList) {
      return;
    }
    InCoreInode before = file.orphanBefore;
    InCoreInode behind = file.orphanBehind;
    long next = behind == null ? 0 : behind.number();
    if (before == null) {
      superblock.setLastOrphan(next);
      updates.changed(handle);
      first = behind;
    } else {
      before.inode().setDeletionTime(next);
      before.changed(handle);
      before.orphanBehind = behind;
    }
    if (behind != null) {
      behind.orphanBefore = before;
    }
    file.onOrphanList = false;
    file.orphanBefore = null;
    file.orphanBehind = null;
    file.inode().setDeletionTime(0);
    file.changed(handle);
  }
}
