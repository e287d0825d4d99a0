package dev.ringside.ext4;

import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.inode.InCoreInode;
import dev.ringside.ext4.mapping.FileMapping;
import dev.ringside.ext4.mapping.IoMap;
import java.util.Objects;

/** An open regular file. */
public final class Ext4File {
  private final Ext4 ext4;
  private final InCoreInode file;
  private final FileMapping mapping;

  Ext4File(Ext4 ext4, InCoreInode file, FileMapping mapping) {
    this.ext4 = ext4;
    this.file = file;
    this.mapping = mapping;
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
   * Reads content through the page cache: what is missing comes in one batch of requests, up to a
   * mebibyte.
   *
   * @param position in bytes from the start of the file
   * @return how many bytes were read: all that were asked for, or what is left of the file; -1 at
   *     its end or behind it
   * @throws Ext4Exception with {@link Errno#EINVAL} when the position is negative
   */
  public int read(long position, byte[] target, int offset, int length) throws Ext4Exception {
    Objects.checkFromIndexSize(offset, length, target.length);
    if (position < 0) {
      throw new Ext4Exception(Errno.EINVAL, "inode " + file.number(), "position " + position);
    }
    if (position >= size()) {
      return -1;
    }
    return ext4.read(file, position, target, offset, length);
  }

  /**
   * Where a range of the file lies.
   *
   * @param fileBlock the range's first block, 0 to 2^32 - 1
   * @return the range as far as one lookup tells; the blocks behind the end of the file are in it
   */
  public IoMap map(long fileBlock) throws Ext4Exception {
    Objects.checkIndex(fileBlock, 1L << 32);
    return ext4.map(mapping, fileBlock);
  }
}
