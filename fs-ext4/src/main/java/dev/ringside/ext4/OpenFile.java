package dev.ringside.ext4;

import dev.ringside.ext4.access.Credentials;
import dev.ringside.ext4.content.AllocateMode;
import dev.ringside.ext4.content.FileContent;
import dev.ringside.ext4.content.FileExtent;
import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.ByteString;
import dev.ringside.ext4.format.FileType;
import dev.ringside.ext4.format.InodeFlag;
import dev.ringside.ext4.inode.InCoreInode;
import dev.ringside.ext4.xattr.AttributeMode;
import java.util.List;
import java.util.Set;

/**
 * An open file of any type, with a position of its own. It stays what it is while names come and
 * go: a file whose last name is gone lives until {@link #close}.
 *
 * <p>Operations fail with the errno of their system calls; with {@link Errno#EBADF} when the file
 * was closed, or not opened for what they do.
 */
public final class OpenFile implements AutoCloseable {
  private final Ext4 ext4;
  private final InCoreInode file;
  private final Set<OpenFlag> flags;
  private final Credentials user;
  private long position;
  private boolean closed;

  /** A file that the caller holds for this object. */
  OpenFile(Ext4 ext4, InCoreInode file, Set<OpenFlag> flags, Credentials user) {
    this.ext4 = ext4;
    this.file = file;
    this.flags = flags;
    this.user = user;
  }

  /**
   * Reads at the position, which moves on.
   *
   * @return how many bytes were read; 0 at the end of the file
   */
  public int read(byte[] target, int offset, int length) throws Ext4Exception {
    return ext4.run(
        volume -> {
          int count = volume.content().read(readable(), position, target, offset, length);
          position += count;
          return count;
        });
  }

  /** Reads at a place in the file; the position stays. */
  public int readAt(long place, byte[] target, int offset, int length) throws Ext4Exception {
    return ext4.run(
        volume -> {
          InCoreInode from = readable();
          requireNotNegative(place);
          return volume.content().read(from, place, target, offset, length);
        });
  }

  /**
   * Writes at the position, or at the end of a file that was opened with {@link OpenFlag#APPEND};
   * the position moves behind what was written.
   *
   * @return how many bytes were written, which can be fewer when the disk is full
   */
  public int write(byte[] source, int offset, int length) throws Ext4Exception {
    return ext4.run(
        volume -> {
          InCoreInode to = writable();
          long place = appends() ? to.inode().size() : position;
          int count = writeTo(volume, to, place, source, offset, length);
          position = place + count;
          return count;
        });
  }

  /**
   * Writes at a place in the file; the position stays. As on Linux, a file that was opened with
   * {@link OpenFlag#APPEND} is written at its end whatever the place.
   */
  public int writeAt(long place, byte[] source, int offset, int length) throws Ext4Exception {
    return ext4.run(
        volume -> {
          InCoreInode to = writable();
          requireNotNegative(place);
          long start = appends() ? to.inode().size() : place;
          return writeTo(volume, to, start, source, offset, length);
        });
  }

  /**
   * Moves the position.
   *
   * @return the new one
   * @throws Ext4Exception with {@link Errno#ENXIO} when there is no content, or no hole, behind the
   *     offset
   */
  public long seek(long offset, Whence whence) throws Ext4Exception {
    return ext4.run(
        volume -> {
          position = sought(volume, offset, whence);
          return position;
        });
  }

  /** Cuts the file off or extends it with a hole. */
  public void truncate(long size) throws Ext4Exception {
    ext4.run(
        volume -> {
          requireNotNegative(size);
          InCoreInode to = open();
          if (!flags.contains(OpenFlag.WRITE) || to.inode().type() != FileType.REGULAR) {
            throw failed(Errno.EINVAL);
          }
          volume.checkWritable();
          if (to.inode().has(InodeFlag.APPEND)) {
            throw failed(Errno.EPERM);
          }
          volume.content().truncate(to, size, volume.writeAccess(user));
          return size;
        });
  }

  /** What fallocate(2) does. */
  public void allocate(Set<AllocateMode> modes, long offset, long length) throws Ext4Exception {
    ext4.change(
        volume -> {
          FileContent.checkRange(modes, offset, length);
          InCoreInode to = writable();
          volume.checkWritable();
          volume.content().allocate(to, modes, offset, length, volume.writeAccess(user));
        });
  }

  /** Where the file lies on the disk, as FIEMAP tells it; dirty content is written first. */
  public List<FileExtent> extents() throws Ext4Exception {
    return ext4.run(volume -> volume.content().extents(open(), true));
  }

  /** Returns when content and inode cannot be lost any more: fsync(2). */
  public void sync() throws Ext4Exception {
    ext4.run(
        volume -> {
          volume.content().sync(open());
          return file;
        });
  }

  /** Returns when the content can be read after a crash: fdatasync(2). */
  public void dataSync() throws Ext4Exception {
    ext4.run(
        volume -> {
          volume.content().dataSync(open());
          return file;
        });
  }

  /** What is known about the file. */
  public FileStat stat() throws Ext4Exception {
    return ext4.run(_ -> FileStat.of(named().inode()));
  }

  /** Sets the permissions: twelve bits. */
  public void chmod(int permissions) throws Ext4Exception {
    ext4.run(
        volume -> {
          volume.attributes().chmod(open(), permissions, user, this);
          return file;
        });
  }

  /**
   * Sets owner and group.
   *
   * @param uid {@link Session#KEEP_ID} to leave it
   * @param gid {@link Session#KEEP_ID} to leave it
   */
  public void chown(long uid, long gid) throws Ext4Exception {
    ext4.run(
        volume -> {
          volume.attributes().chown(open(), uid, gid, user, this);
          return file;
        });
  }

  /** Sets access and modification time. */
  public void utimens(TimeChange accessed, TimeChange modified) throws Ext4Exception {
    ext4.run(
        volume -> {
          volume.attributes().utimens(open(), accessed, modified, user, this);
          return file;
        });
  }

  /**
   * An extended attribute.
   *
   * @throws Ext4Exception with {@link Errno#ENODATA} when there is none
   */
  public byte[] getxattr(ByteString name) throws Ext4Exception {
    return ext4.run(volume -> volume.attributes().get(open(), name, user));
  }

  /** Sets an extended attribute. */
  public void setxattr(ByteString name, byte[] value, AttributeMode mode) throws Ext4Exception {
    ext4.change(volume -> volume.attributes().set(open(), name, value, mode, user));
  }

  /** The names of the extended attributes. */
  public List<ByteString> listxattr() throws Ext4Exception {
    return ext4.run(volume -> volume.attributes().list(open(), user));
  }

  /** Removes an extended attribute. */
  public void removexattr(ByteString name) throws Ext4Exception {
    ext4.change(volume -> volume.attributes().remove(open(), name, user));
  }

  /** Ends the use; when it was the last of a file without names, the file is deleted. */
  @Override
  public void close() throws Ext4Exception {
    if (closed) {
      return;
    }
    closed = true;
    ext4.changeUnlessEnded(
        volume -> {
          if (file.release()) {
            volume.deletion().deleteIfUnused(file);
          }
        });
  }

  /** The file, which a path can name, too. */
  InCoreInode named() throws Ext4Exception {
    if (closed) {
      throw failed(Errno.EBADF);
    }
    return file;
  }

  /** The file, which is not only named. */
  private InCoreInode open() throws Ext4Exception {
    if (flags.contains(OpenFlag.PATH)) {
      throw failed(Errno.EBADF);
    }
    return named();
  }

  private InCoreInode readable() throws Ext4Exception {
    InCoreInode from = open();
    if (flags.contains(OpenFlag.WRITE) && !flags.contains(OpenFlag.READ)) {
      throw failed(Errno.EBADF);
    }
    if (from.inode().type() == FileType.DIRECTORY) {
      throw failed(Errno.EISDIR);
    }
    return from;
  }

  private InCoreInode writable() throws Ext4Exception {
    InCoreInode to = open();
    if (!flags.contains(OpenFlag.WRITE)) {
      throw failed(Errno.EBADF);
    }
    return to;
  }

  private boolean appends() {
    return flags.contains(OpenFlag.APPEND);
  }

  private int writeTo(
      Volume volume, InCoreInode to, long place, byte[] source, int offset, int length)
      throws Ext4Exception {
    volume.checkWritable();
    int count = volume.content().write(to, place, source, offset, length, volume.writeAccess(user));
    if (flags.contains(OpenFlag.SYNC) || to.inode().has(InodeFlag.SYNC)) {
      volume.content().sync(to);
    } else if (flags.contains(OpenFlag.DSYNC)) {
      volume.content().dataSync(to);
    }
    return count;
  }

  private long sought(Volume volume, long offset, Whence whence) throws Ext4Exception {
    InCoreInode in = open();
    long base =
        switch (whence) {
          case SET -> 0;
          case CURRENT -> position;
          case END -> in.inode().size();
          case DATA, HOLE -> 0;
        };
    long next =
        switch (whence) {
          case SET, CURRENT, END -> base + offset;
          case DATA -> volume.content().seekData(in, offset);
          case HOLE -> volume.content().seekHole(in, offset);
        };
    if (next < 0 || next > volume.content().largestPosition(in)) {
      throw failed(Errno.EINVAL);
    }
    return next;
  }

  private void requireNotNegative(long place) throws Ext4Exception {
    if (place < 0) {
      throw failed(Errno.EINVAL);
    }
  }

  private Ext4Exception failed(Errno errno) {
    return new Ext4Exception(errno, toString());
  }

  /** The file's inode, as messages name it. */
  @Override
  public String toString() {
    return "inode " + file.number();
  }
}
