package dev.ringside.ext4;

import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.ByteString;
import java.util.List;
import java.util.Set;

/**
 * An open file of any type, with a position of its own. It stays what it is while names come and
 * go: a file whose last name is gone lives until {@link #close}.
 *
 * <p>Operations fail with the errno of their system calls; with {@link Errno#EBADF} when the file
 * was closed, or not opened for what they do.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class OpenFile implements AutoCloseable {
  OpenFile() {}

  /**
   * Reads at the position, which moves on.
   *
   * @return how many bytes were read; 0 at the end of the file
   */
  public int read(byte[] target, int offset, int length) throws Ext4Exception {
    throw new UnsupportedOperationException();
  }

  /** Reads at a place in the file; the position stays. */
  public int readAt(long place, byte[] target, int offset, int length) throws Ext4Exception {
    throw new UnsupportedOperationException();
  }

  /**
   * Writes at the position, or at the end of a file that was opened with {@link OpenFlag#APPEND};
   * the position moves behind what was written.
   *
   * @return how many bytes were written, which can be fewer when the disk is full
   */
  public int write(byte[] source, int offset, int length) throws Ext4Exception {
    throw new UnsupportedOperationException();
  }

  /**
   * Writes at a place in the file; the position stays. As on Linux, a file that was opened with
   * {@link OpenFlag#APPEND} is written at its end whatever the place.
   */
  public int writeAt(long place, byte[] source, int offset, int length) throws Ext4Exception {
    throw new UnsupportedOperationException();
  }

  /**
   * Moves the position.
   *
   * @return the new one
   * @throws Ext4Exception with {@link Errno#ENXIO} when there is no content, or no hole, behind the
   *     offset
   */
  public long seek(long offset, Whence whence) throws Ext4Exception {
    throw new UnsupportedOperationException();
  }

  /** Cuts the file off or extends it with a hole. */
  public void truncate(long size) throws Ext4Exception {
    throw new UnsupportedOperationException();
  }

  /** What fallocate(2) does. */
  public void allocate(Set<AllocateMode> modes, long offset, long length) throws Ext4Exception {
    throw new UnsupportedOperationException();
  }

  /** Where the file lies on the disk, as FIEMAP tells it; dirty content is written first. */
  public List<FileExtent> extents() throws Ext4Exception {
    throw new UnsupportedOperationException();
  }

  /** Returns when content and inode cannot be lost any more: fsync(2). */
  public void sync() throws Ext4Exception {
    throw new UnsupportedOperationException();
  }

  /** Returns when the content can be read after a crash: fdatasync(2). */
  public void dataSync() throws Ext4Exception {
    throw new UnsupportedOperationException();
  }

  /** What is known about the file. */
  public FileStat stat() throws Ext4Exception {
    throw new UnsupportedOperationException();
  }

  /** Sets the permissions: twelve bits. */
  public void chmod(int permissions) throws Ext4Exception {
    throw new UnsupportedOperationException();
  }

  /**
   * Sets owner and group.
   *
   * @param uid {@link Session#KEEP_ID} to leave it
   * @param gid {@link Session#KEEP_ID} to leave it
   */
  public void chown(long uid, long gid) throws Ext4Exception {
    throw new UnsupportedOperationException();
  }

  /** Sets access and modification time. */
  public void utimens(TimeChange accessed, TimeChange modified) throws Ext4Exception {
    throw new UnsupportedOperationException();
  }

  /**
   * An extended attribute.
   *
   * @throws Ext4Exception with {@link Errno#ENODATA} when there is none
   */
  public byte[] getxattr(ByteString name) throws Ext4Exception {
    throw new UnsupportedOperationException();
  }

  /** Sets an extended attribute. */
  public void setxattr(ByteString name, byte[] value, AttributeMode mode) throws Ext4Exception {
    throw new UnsupportedOperationException();
  }

  /** The names of the extended attributes. */
  public List<ByteString> listxattr() throws Ext4Exception {
    throw new UnsupportedOperationException();
  }

  /** Removes an extended attribute. */
  public void removexattr(ByteString name) throws Ext4Exception {
    throw new UnsupportedOperationException();
  }

  /** Ends the use; when it was the last of a file without names, the file is deleted. */
  @Override
  public void close() throws Ext4Exception {
    throw new UnsupportedOperationException();
  }
}
