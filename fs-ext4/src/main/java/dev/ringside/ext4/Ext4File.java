package dev.ringside.ext4;

import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.inode.InCoreInode;
import dev.ringside.ext4.mapping.IoMap;
import java.util.Objects;

/** A regular file for reading. It does not keep a file that loses its last name. */
public final class Ext4File {
  private final Ext4 ext4;
  private final InCoreInode file;

  Ext4File(Ext4 ext4, InCoreInode file) {
    this.ext4 = ext4;
    this.file = file;
  }

  /** What is known about the file. */
  public FileStat stat() {
    return FileStat.of(file.inode());
  }

  /** Length in bytes. */
  public long size() {
    return file.inode().size();
  }

  /**
   * Reads content.
   *
   * @param position in bytes from the start of the file
   * @return how many bytes were read: all that were asked for, or what is left of the file; -1 at
   *     its end or behind it
   * @throws Ext4Exception with {@link Errno#EINVAL} when the position is negative, with {@link
   *     Errno#EBADF} when the file is gone
   */
  public int read(long position, byte[] target, int offset, int length) throws Ext4Exception {
    Objects.checkFromIndexSize(offset, length, target.length);
    if (position < 0) {
      throw new Ext4Exception(Errno.EINVAL, "inode " + file.number(), "position " + position);
    }
    return ext4.run(
        volume -> {
          InCoreInode current = volume.inodes().get(file.number());
          if (current.inode().generation() != file.inode().generation()) {
            throw new Ext4Exception(Errno.EBADF, "inode " + file.number());
          }
          if (position >= current.inode().size()) {
            return -1;
          }
          return volume.content().read(current, position, target, offset, length);
        });
  }

  /**
   * Where a range of the file lies.
   *
   * @param fileBlock the range's first block, 0 to 2^32 - 1
   * @return the range as far as one lookup tells; the blocks behind the end of the file are in it
   */
  public IoMap map(long fileBlock) throws Ext4Exception {
    Objects.checkIndex(fileBlock, 1L << 32);
    return ext4.run(_ -> ext4.readOnlyMapping(file.inode()).map(fileBlock));
  }
}
