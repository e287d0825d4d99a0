package dev.ringside.lab.study;

import dev.ringside.ext4.Ext4;
import dev.ringside.ext4.Ext4File;
import dev.ringside.ext4.Ext4Path;
import dev.ringside.ext4.TreeWalk;
import dev.ringside.ext4.format.FileType;
import java.io.IOException;

/** Mounts a filesystem and reads every file of it. */
final class TreeRead {
  /** What one read asks for. */
  private static final int PIECE = 1 << 20;

  private TreeRead() {}

  static void of(MeteredQueue queue) throws IOException {
    byte[] piece = new byte[PIECE];
    try (Ext4 ext4 = Ext4.mount(new MeteredDisk(queue))) {
      TreeWalk walk = new TreeWalk(ext4, Ext4Path.ROOT);
      for (TreeWalk.Visit visit = walk.next(); visit != null; visit = walk.next()) {
        if (visit.stat().type() == FileType.REGULAR) {
          read(ext4.open(visit.path()), piece);
        }
      }
    }
  }

  private static void read(Ext4File file, byte[] piece) throws IOException {
    long position = 0;
    for (int count = file.read(0, piece, 0, PIECE);
        count > 0;
        count = file.read(position, piece, 0, PIECE)) {
      position += count;
    }
  }
}
