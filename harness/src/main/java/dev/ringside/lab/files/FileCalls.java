package dev.ringside.lab.files;

import java.util.List;

/**
 * A mounted filesystem as a process sees it, a method for each system call. Paths are relative to
 * the filesystem's root, without a leading slash; the root itself is the empty path. Flags, modes
 * and device numbers are those of Linux.
 *
 * <p>Every call is made as the caller that {@link #become} named last, at first the superuser, and
 * fails with a {@link CallFailedException} that has the errno.
 */
public interface FileCalls {
  /** Who makes the calls from now on. */
  void become(Caller caller);

  /**
   * Opens a file, and creates it where the flags say so.
   *
   * @param flags of {@link OpenFlag}
   * @return a handle, to be closed
   */
  int open(String path, int flags, int mode) throws CallFailedException;

  void close(int handle) throws CallFailedException;

  /** Reads from where the handle stands; 0 at the end. */
  int read(int handle, byte[] target) throws CallFailedException;

  int read(int handle, byte[] target, long position) throws CallFailedException;

  int write(int handle, byte[] source) throws CallFailedException;

  int write(int handle, byte[] source, long position) throws CallFailedException;

  /** Moves the handle; {@code whence} is one of {@link Whence}. */
  long seek(int handle, long offset, int whence) throws CallFailedException;

  void truncate(String path, long size) throws CallFailedException;

  void truncate(int handle, long size) throws CallFailedException;

  /** Changes the space of a range; {@code mode} is made of {@link FallocateFlag}. */
  void fallocate(int handle, int mode, long offset, long length) throws CallFailedException;

  void fsync(int handle) throws CallFailedException;

  void fdatasync(int handle) throws CallFailedException;

  /** Makes everything of this filesystem durable. */
  void sync() throws CallFailedException;

  FileState stat(String path, boolean follow) throws CallFailedException;

  FileState stat(int handle) throws CallFailedException;

  /** All entries, {@code .} and {@code ..} among them, in the filesystem's order. */
  List<Entry> list(String path) throws CallFailedException;

  void mkdir(String path, int mode) throws CallFailedException;

  void rmdir(String path) throws CallFailedException;

  void unlink(String path) throws CallFailedException;

  void link(String existing, String path, boolean follow) throws CallFailedException;

  /** Gives an open file, such as one without a name, a name. */
  void link(int handle, String path) throws CallFailedException;

  void symlink(String target, String path) throws CallFailedException;

  String readlink(String path) throws CallFailedException;

  /** Renames; {@code flags} is made of {@link RenameFlag}. */
  void rename(String from, String to, int flags) throws CallFailedException;

  /**
   * Makes a node.
   *
   * @param mode type and permissions
   */
  void mknod(String path, int mode, int major, int minor) throws CallFailedException;

  void chmod(String path, int mode) throws CallFailedException;

  void chmod(int handle, int mode) throws CallFailedException;

  /** Changes owner and group; -1 keeps one. */
  void chown(String path, int uid, int gid, boolean follow) throws CallFailedException;

  /** Sets the times of access and modification. */
  void utimens(String path, FileTime access, FileTime modification, boolean follow)
      throws CallFailedException;

  /** Whether the caller may; {@code mode} of 4 for reading, 2 for writing, 1 for executing. */
  void access(String path, int mode) throws CallFailedException;

  /** Sets an attribute; {@code flags} is made of {@link AttributeFlag}. */
  void setAttribute(String path, String name, byte[] value, int flags, boolean follow)
      throws CallFailedException;

  byte[] getAttribute(String path, String name, boolean follow) throws CallFailedException;

  List<String> listAttributes(String path, boolean follow) throws CallFailedException;

  void removeAttribute(String path, String name, boolean follow) throws CallFailedException;

  SpaceState statfs() throws CallFailedException;

  /**
   * An entry of a directory.
   *
   * @param type within {@link FileState#TYPE_MASK}; 0 when it is not known
   */
  record Entry(String name, long inode, int type) {}
}
