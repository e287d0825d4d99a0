package dev.ringside.ext4;

import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.FileType;

/** Reads all there is. */
final class Everything {
  private static final int PIECE = 1 << 20;

  private Everything() {}

  /** Reads a file, or a directory with everything below it. */
  static void readBelow(Ext4 ext4, Ext4Path path) throws Ext4Exception {
    FileStat start = ext4.stat(path);
    read(ext4, start);
    if (start.type() != FileType.DIRECTORY) {
      return;
    }
    TreeWalk walk = new TreeWalk(ext4, path);
    for (TreeWalk.Visit visit = walk.next(); visit != null; visit = walk.next()) {
      ext4.lstat(visit.path());
      read(ext4, visit.stat());
    }
  }

  private static void read(Ext4 ext4, FileStat stat) throws Ext4Exception {
    switch (stat.type()) {
      case REGULAR -> {
        Ext4File file = ext4.open(stat.inode());
        byte[] piece = new byte[(int) Math.min(PIECE, file.size())];
        // A damaged size can be anything up to 16 TiB; the end is as good as the middle.
        long step = Math.max(PIECE, file.size() / 128);
        for (long position = 0; position < file.size(); position += step) {
          int count = file.read(position, piece, 0, piece.length);
          if (count <= 0) {
            throw new AssertionError("nothing at " + position + " of " + file.size());
          }
        }
      }
      case SYMLINK -> ext4.readlink(stat.inode());
      case DIRECTORY, FIFO, SOCKET, CHARACTER_DEVICE, BLOCK_DEVICE -> {}
    }
  }
}
