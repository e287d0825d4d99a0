package dev.ringside.ext4;

import dev.ringside.ext4.access.Credentials;
import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.ByteString;
import dev.ringside.ext4.format.DeviceNumber;
import dev.ringside.ext4.format.FileType;
import dev.ringside.ext4.format.InodeFlag;
import dev.ringside.ext4.inode.InCoreInode;
import dev.ringside.ext4.xattr.AttributeMode;
import dev.ringside.ext4.xattr.AttributeName;
import java.util.List;
import java.util.Set;

/**
 * The system calls on paths, on behalf of one user. Every path starts at the root. Operations fail
 * with the errno that the kernel gives, found in the kernel's order.
 */
public final class Session {
  /** For {@link #chown}: leaves the id as it is. */
  public static final long KEEP_ID = -1;

  /** What most shells set: group and others do not write. */
  public static final int DEFAULT_UMASK = 0022;

  private final Ext4 ext4;
  private final Credentials credentials;
  private int umask = DEFAULT_UMASK;

  Session(Ext4 ext4, Credentials credentials) {
    this.ext4 = ext4;
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
    return ext4.run(
        volume -> {
          InCoreInode file =
              ext4.operations().opening().open(path, flags, mode, credentials, umask);
          return opened(file, flags);
        });
  }

  /**
   * Makes a file without a name: {@code O_TMPFILE}. It is deleted with its last use, unless {@link
   * #link(OpenFile, Ext4Path)} names it before.
   *
   * @param flags {@link OpenFlag#WRITE} among them; {@link OpenFlag#EXCLUSIVE} keeps it unnamed
   */
  public OpenFile openTemporary(Ext4Path directory, Set<OpenFlag> flags, int mode)
      throws Ext4Exception {
    return ext4.run(
        volume -> {
          InCoreInode file =
              ext4.operations().opening().openTemporary(directory, flags, mode, credentials, umask);
          return opened(file, flags);
        });
  }

  /** Opens a directory for listing. */
  public Ext4Directory openDirectory(Ext4Path path) throws Ext4Exception {
    return ext4.run(
        volume -> {
          InCoreInode directory = volume.walk().resolve(path, LinkPolicy.FOLLOW, credentials);
          if (directory.inode().type() != FileType.DIRECTORY) {
            throw new Ext4Exception(Errno.ENOTDIR, path.toString());
          }
          volume.permissions().check(directory, credentials, Permissions.READ, path);
          return ext4.directory(directory, path);
        });
  }

  /** Makes a directory. */
  public void mkdir(Ext4Path path, int mode) throws Ext4Exception {
    make(path, NewFile.of(FileType.DIRECTORY, mode & (0777 | Permissions.STICKY)));
  }

  /** Removes an empty directory. */
  public void rmdir(Ext4Path path) throws Ext4Exception {
    ext4.change(_ -> ext4.operations().removal().rmdir(path, credentials));
  }

  /** Removes a name of a file that is not a directory. */
  public void unlink(Ext4Path path) throws Ext4Exception {
    ext4.change(_ -> ext4.operations().removal().unlink(path, credentials));
  }

  /**
   * Gives a file another name.
   *
   * @param links whether a symbolic link at the end of {@code existing} is followed
   */
  public void link(Ext4Path existing, Ext4Path path, LinkPolicy links) throws Ext4Exception {
    ext4.change(
        volume -> {
          InCoreInode file = volume.walk().resolve(existing, links, credentials);
          ext4.operations().linking().link(file, path, credentials);
        });
  }

  /** Gives an open file a name. */
  public void link(OpenFile file, Ext4Path path) throws Ext4Exception {
    ext4.change(_ -> ext4.operations().linking().link(file.named(), path, credentials));
  }

  /** Makes a symbolic link. */
  public void symlink(ByteString target, Ext4Path path) throws Ext4Exception {
    if (target.length() == 0) {
      throw new Ext4Exception(Errno.ENOENT, path.toString());
    }
    if (target.length() > Ext4Path.MAX_LENGTH) {
      throw new Ext4Exception(Errno.ENAMETOOLONG, path.toString());
    }
    make(path, NewFile.linkTo(target));
  }

  /**
   * Makes a file that is neither directory nor symbolic link.
   *
   * @param device for device nodes; {@link DeviceNumber#NONE} otherwise
   */
  public void mknod(Ext4Path path, FileType type, int mode, DeviceNumber device)
      throws Ext4Exception {
    switch (type) {
      case DIRECTORY -> throw new Ext4Exception(Errno.EPERM, path.toString());
      case SYMLINK -> throw new Ext4Exception(Errno.EINVAL, path.toString());
      case FIFO, CHARACTER_DEVICE, BLOCK_DEVICE, REGULAR, SOCKET ->
          make(path, NewFile.node(type, mode & 07777, device));
    }
  }

  /** Moves a name. */
  public void rename(Ext4Path from, Ext4Path to, Set<RenameFlag> flags) throws Ext4Exception {
    ext4.change(_ -> ext4.operations().renaming().rename(from, to, flags, credentials));
  }

  /** Sets the permissions: twelve bits; a symbolic link is followed. */
  public void chmod(Ext4Path path, int permissions) throws Ext4Exception {
    ext4.change(
        volume -> {
          InCoreInode file = volume.walk().resolve(path, LinkPolicy.FOLLOW, credentials);
          volume.attributes().chmod(file, permissions, credentials, path);
        });
  }

  /**
   * Sets owner and group.
   *
   * @param uid {@link #KEEP_ID} to leave it
   * @param gid {@link #KEEP_ID} to leave it
   */
  public void chown(Ext4Path path, long uid, long gid, LinkPolicy links) throws Ext4Exception {
    ext4.change(
        volume -> {
          InCoreInode file = volume.walk().resolve(path, links, credentials);
          volume.attributes().chown(file, uid, gid, credentials, path);
        });
  }

  /** Sets access and modification time. */
  public void utimens(Ext4Path path, TimeChange accessed, TimeChange modified, LinkPolicy links)
      throws Ext4Exception {
    if (accessed instanceof TimeChange.Omit && modified instanceof TimeChange.Omit) {
      return;
    }
    ext4.change(
        volume -> {
          InCoreInode file = volume.walk().resolve(path, links, credentials);
          volume.attributes().utimens(file, accessed, modified, credentials, path);
        });
  }

  /** Cuts a file off or extends it with a hole. */
  public void truncate(Ext4Path path, long size) throws Ext4Exception {
    ext4.change(
        volume -> {
          if (size < 0) {
            throw new Ext4Exception(Errno.EINVAL, path.toString());
          }
          InCoreInode file = volume.walk().resolve(path, LinkPolicy.FOLLOW, credentials);
          FileType type = file.inode().type();
          if (type != FileType.REGULAR) {
            boolean directory = type == FileType.DIRECTORY;
            throw new Ext4Exception(directory ? Errno.EISDIR : Errno.EINVAL, path.toString());
          }
          volume.checkWritable();
          volume.permissions().check(file, credentials, Permissions.WRITE, path);
          if (file.inode().has(InodeFlag.APPEND)) {
            throw new Ext4Exception(Errno.EPERM, path.toString());
          }
          volume.content().truncate(file, size, volume.writeAccess(credentials));
        });
  }

  private void make(Ext4Path path, NewFile wanted) throws Ext4Exception {
    ext4.change(
        _ -> {
          Creation creation = ext4.operations().creation();
          boolean directory = wanted.type() == FileType.DIRECTORY;
          Place place = creation.newPlace(path, directory, credentials);
          creation.create(place, wanted, credentials, umask, path);
        });
  }

  private OpenFile opened(InCoreInode file, Set<OpenFlag> flags) {
    file.acquire();
    return new OpenFile(ext4, file, flags, credentials);
  }

  /** What is known about a file; a symbolic link at the end is followed. */
  public FileStat stat(Ext4Path path) throws Ext4Exception {
    return stat(path, LinkPolicy.FOLLOW);
  }

  /** What is known about a file, which may be a symbolic link. */
  public FileStat lstat(Ext4Path path) throws Ext4Exception {
    return stat(path, LinkPolicy.KEEP);
  }

  private FileStat stat(Ext4Path path, LinkPolicy links) throws Ext4Exception {
    return ext4.run(volume -> FileStat.of(volume.walk().resolve(path, links, credentials).inode()));
  }

  /** How full the filesystem is. */
  public FileSystemStat statfs() throws Ext4Exception {
    return ext4.run(_ -> ext4.operations().space().stat());
  }

  /**
   * Whether something may be done with a file.
   *
   * @param modes none of them asks whether the file exists
   * @throws Ext4Exception with {@link Errno#EACCES} when not
   */
  public void access(Ext4Path path, Set<AccessMode> modes) throws Ext4Exception {
    ext4.change(
        volume -> {
          InCoreInode file = volume.walk().resolve(path, LinkPolicy.FOLLOW, credentials);
          int wanted = 0;
          for (AccessMode mode : modes) {
            wanted |=
                switch (mode) {
                  case READ -> Permissions.READ;
                  case WRITE -> Permissions.WRITE;
                  case EXECUTE -> Permissions.EXECUTE;
                };
          }
          if (modes.contains(AccessMode.WRITE)) {
            switch (file.inode().type()) {
              case REGULAR, DIRECTORY, SYMLINK -> volume.checkNotReadOnly();
              case FIFO, CHARACTER_DEVICE, BLOCK_DEVICE, SOCKET -> {}
            }
          }
          volume.permissions().check(file, credentials, wanted, path);
        });
  }

  /** Where a symbolic link points to. */
  public ByteString readlink(Ext4Path path) throws Ext4Exception {
    return ext4.run(
        volume -> {
          InCoreInode link = volume.walk().resolve(path, LinkPolicy.KEEP, credentials);
          if (link.inode().type() != FileType.SYMLINK) {
            throw new Ext4Exception(Errno.EINVAL, path.toString());
          }
          return volume.linkTarget(link);
        });
  }

  /**
   * An extended attribute.
   *
   * @throws Ext4Exception with {@link Errno#ENODATA} when there is none
   */
  public byte[] getxattr(Ext4Path path, ByteString name, LinkPolicy links) throws Ext4Exception {
    return ext4.run(
        volume -> {
          AttributeName.checkLength(name);
          InCoreInode file = volume.walk().resolve(path, links, credentials);
          return volume.attributes().get(file, name, credentials);
        });
  }

  /** Sets an extended attribute. */
  public void setxattr(
      Ext4Path path, ByteString name, byte[] value, AttributeMode mode, LinkPolicy links)
      throws Ext4Exception {
    ext4.change(
        volume -> {
          AttributeName.checkLength(name);
          InCoreInode file = volume.walk().resolve(path, links, credentials);
          volume.attributes().set(file, name, value, mode, credentials);
        });
  }

  /** The names of a file's extended attributes, as far as this user may know of them. */
  public List<ByteString> listxattr(Ext4Path path, LinkPolicy links) throws Ext4Exception {
    return ext4.run(
        volume -> {
          InCoreInode file = volume.walk().resolve(path, links, credentials);
          return volume.attributes().list(file, credentials);
        });
  }

  /** Removes an extended attribute. */
  public void removexattr(Ext4Path path, ByteString name, LinkPolicy links) throws Ext4Exception {
    ext4.change(
        volume -> {
          AttributeName.checkLength(name);
          InCoreInode file = volume.walk().resolve(path, links, credentials);
          volume.attributes().remove(file, name, credentials);
        });
  }
}
