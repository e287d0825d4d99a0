package dev.ringside.ext4;

import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.ByteString;
import dev.ringside.ext4.format.DeviceNumber;
import dev.ringside.ext4.format.FileType;
import java.util.List;
import java.util.Set;

/**
 * The system calls on paths, on behalf of one user. Every path starts at the root. Operations fail
 * with the errno that the kernel gives, found in the kernel's order.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class Session {
  /** For {@link #chown}: leaves the id as it is. */
  public static final long KEEP_ID = -1;

  /** What most shells set: group and others do not write. */
  public static final int DEFAULT_UMASK = 0022;

  private final Credentials credentials;
  private int umask = DEFAULT_UMASK;

  Session(Credentials credentials) {
    this.credentials = credentials;
  }

  /** On whose behalf operations are done. */
  public Credentials credentials() {
    return credentials;
  }

  /** Which permissions new files do not get. */
  public int umask() {
    return umask;
  }

  /** Sets the umask; nine bits. */
  public Session withUmask(int mask) {
    umask = mask & 0777;
    return this;
  }

  /**
   * Opens a file, and makes it first if wanted.
   *
   * @param mode twelve permission bits of a new file, less the umask
   */
  public OpenFile open(Ext4Path path, Set<OpenFlag> flags, int mode) throws Ext4Exception {
    throw new UnsupportedOperationException();
  }

  /**
   * Makes a file without a name: {@code O_TMPFILE}. It is deleted with its last use, unless {@link
   * #link(OpenFile, Ext4Path)} names it before.
   *
   * @param flags {@link OpenFlag#WRITE} among them; {@link OpenFlag#EXCLUSIVE} keeps it unnamed
   */
  public OpenFile openTemporary(Ext4Path directory, Set<OpenFlag> flags, int mode)
      throws Ext4Exception {
    throw new UnsupportedOperationException();
  }

  /** Opens a directory for listing. */
  public Ext4Directory openDirectory(Ext4Path path) throws Ext4Exception {
    throw new UnsupportedOperationException();
  }

  /** Makes a directory. */
  public void mkdir(Ext4Path path, int mode) throws Ext4Exception {
    throw new UnsupportedOperationException();
  }

  /** Removes an empty directory. */
  public void rmdir(Ext4Path path) throws Ext4Exception {
    throw new UnsupportedOperationException();
  }

  /** Removes a name of a file that is not a directory. */
  public void unlink(Ext4Path path) throws Ext4Exception {
    throw new UnsupportedOperationException();
  }

  /**
   * Gives a file another name.
   *
   * @param links whether a symbolic link at the end of {@code existing} is followed
   */
  public void link(Ext4Path existing, Ext4Path path, LinkPolicy links) throws Ext4Exception {
    throw new UnsupportedOperationException();
  }

  /** Gives an open file a name. */
  public void link(OpenFile file, Ext4Path path) throws Ext4Exception {
    throw new UnsupportedOperationException();
  }

  /** Makes a symbolic link. */
  public void symlink(ByteString target, Ext4Path path) throws Ext4Exception {
    throw new UnsupportedOperationException();
  }

  /**
   * Makes a file that is neither directory nor symbolic link.
   *
   * @param device for device nodes; {@link DeviceNumber#NONE} otherwise
   */
  public void mknod(Ext4Path path, FileType type, int mode, DeviceNumber device)
      throws Ext4Exception {
    throw new UnsupportedOperationException();
  }

  /** Moves a name. */
  public void rename(Ext4Path from, Ext4Path to, Set<RenameFlag> flags) throws Ext4Exception {
    throw new UnsupportedOperationException();
  }

  /** Sets the permissions: twelve bits; a symbolic link is followed. */
  public void chmod(Ext4Path path, int permissions) throws Ext4Exception {
    throw new UnsupportedOperationException();
  }

  /**
   * Sets owner and group.
   *
   * @param uid {@link #KEEP_ID} to leave it
   * @param gid {@link #KEEP_ID} to leave it
   */
  public void chown(Ext4Path path, long uid, long gid, LinkPolicy links) throws Ext4Exception {
    throw new UnsupportedOperationException();
  }

  /** Sets access and modification time. */
  public void utimens(Ext4Path path, TimeChange accessed, TimeChange modified, LinkPolicy links)
      throws Ext4Exception {
    throw new UnsupportedOperationException();
  }

  /** Cuts a file off or extends it with a hole. */
  public void truncate(Ext4Path path, long size) throws Ext4Exception {
    throw new UnsupportedOperationException();
  }

  /** What is known about a file; a symbolic link at the end is followed. */
  public FileStat stat(Ext4Path path) throws Ext4Exception {
    throw new UnsupportedOperationException();
  }

  /** What is known about a file, which may be a symbolic link. */
  public FileStat lstat(Ext4Path path) throws Ext4Exception {
    throw new UnsupportedOperationException();
  }

  /** How full the filesystem is. */
  public FileSystemStat statfs() throws Ext4Exception {
    throw new UnsupportedOperationException();
  }

  /**
   * Whether something may be done with a file.
   *
   * @param modes none of them asks whether the file exists
   * @throws Ext4Exception with {@link Errno#EACCES} when not
   */
  public void access(Ext4Path path, Set<AccessMode> modes) throws Ext4Exception {
    throw new UnsupportedOperationException();
  }

  /** Where a symbolic link points to. */
  public ByteString readlink(Ext4Path path) throws Ext4Exception {
    throw new UnsupportedOperationException();
  }

  /**
   * An extended attribute.
   *
   * @throws Ext4Exception with {@link Errno#ENODATA} when there is none
   */
  public byte[] getxattr(Ext4Path path, ByteString name, LinkPolicy links) throws Ext4Exception {
    throw new UnsupportedOperationException();
  }

  /** Sets an extended attribute. */
  public void setxattr(
      Ext4Path path, ByteString name, byte[] value, AttributeMode mode, LinkPolicy links)
      throws Ext4Exception {
    throw new UnsupportedOperationException();
  }

  /** The names of a file's extended attributes, as far as this user may know of them. */
  public List<ByteString> listxattr(Ext4Path path, LinkPolicy links) throws Ext4Exception {
    throw new UnsupportedOperationException();
  }

  /** Removes an extended attribute. */
  public void removexattr(Ext4Path path, ByteString name, LinkPolicy links) throws Ext4Exception {
    throw new UnsupportedOperationException();
  }
}
