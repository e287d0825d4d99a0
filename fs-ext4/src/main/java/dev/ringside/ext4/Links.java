package dev.ringside.ext4;

import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.Feature;
import dev.ringside.ext4.format.Inode;
import dev.ringside.ext4.format.InodeFlag;
import dev.ringside.ext4.format.Superblock;
import dev.ringside.ext4.inode.InCoreInode;

/** Counts the names of files, and the subdirectories of directories, as far as that goes. */
final class Links {
  /** The most that {@code i_links_count} is used for. */
  static final int MAX_LINKS = 65_000;

  /** What a directory says whose subdirectories are not counted any more. */
  private static final int UNCOUNTED = 1;

  private final Superblock superblock;

  Links(Superblock superblock) {
    this.superblock = superblock;
  }

  /** Checks that a directory can have one more subdirectory. */
  void checkRoomForDirectory(InCoreInode parent, Object place) throws Ext4Exception {
    Inode inode = parent.inode();
    if (inode.links() >= MAX_LINKS && !(superblock.has(Feature.DIR_NLINK) && isIndexed(inode))) {
      throw new Ext4Exception(Errno.EMLINK, place.toString());
    }
  }

  /** Checks that a file can have one more name. */
  void checkRoomForName(InCoreInode file, Object place) throws Ext4Exception {
    if (file.inode().links() >= MAX_LINKS) {
      throw new Ext4Exception(Errno.EMLINK, place.toString());
    }
  }

  /** Counts a new subdirectory. */
  void addDirectory(InCoreInode parent) {
    Inode inode = parent.inode();
    int links = inode.links() + 1;
    boolean uncounted = isIndexed(inode) && (links > MAX_LINKS || links == UNCOUNTED + 1);
    inode.setLinks(uncounted ? UNCOUNTED : links);
  }

  /** Counts a subdirectory that is gone. */
  void removeDirectory(InCoreInode parent) {
    Inode inode = parent.inode();
    if (inode.links() > 2) {
      inode.setLinks(inode.links() - 1);
    }
  }

  private boolean isIndexed(Inode inode) {
    return superblock.has(Feature.DIR_INDEX) && inode.has(InodeFlag.INDEX);
  }
}
