package dev.ringside.ext4;

import dev.ringside.ext4.format.ByteString;
import dev.ringside.ext4.inode.InCoreInode;

/**
 * Where a path's last name stands, whether or not there is such a file.
 *
 * @param directory that the name is in
 * @param name the last one
 * @param slash whether a slash follows it
 */
record Place(InCoreInode directory, ByteString name, LastName kind, boolean slash) {
  /** What a path ends with. */
  enum LastName {
    NORMAL,
    DOT,
    DOT_DOT,
    /** The path is nothing but slashes. */
    ROOT
  }
}
