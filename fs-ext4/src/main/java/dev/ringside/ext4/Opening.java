package dev.ringside.ext4;

import dev.ringside.ext4.Place.LastName;
import dev.ringside.ext4.access.Credentials;
import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.FileType;
import dev.ringside.ext4.format.Inode;
import dev.ringside.ext4.format.InodeFlag;
import dev.ringside.ext4.inode.InCoreInode;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds or makes the file that is opened, and checks that it may be opened so. */
final class Opening {
  private static final int OTHERS_WRITE = 0002;

  private final Volume volume;
  private final Creation creation;

  Opening(Volume volume, Creation creation) {
    this.volume = volume;
    this.creation = creation;
  }

  /** The file that open(2) opens; it is not held yet. */
  InCoreInode open(Ext4Path path, Set<OpenFlag> flags, int mode, Credentials user, int umask)
      throws Ext4Exception {
    if (flags.contains(OpenFlag.PATH)) {
      return openPath(path, flags, user);
    }
    boolean create = flags.contains(OpenFlag.CREATE);
    if (create && flags.contains(OpenFlag.DIRECTORY)) {
      throw failed(Errno.EINVAL, path);
    }
    boolean exclusive = create && flags.contains(OpenFlag.EXCLUSIVE);
    boolean follow = !exclusive && !flags.contains(OpenFlag.NOFOLLOW);
    PathWalk walk = volume.walk();
    walk.begin(path, user);
    InCoreInode file = goToFile(path, create, exclusive, follow);
    if (file == null) {
      volume.checkWritable();
      NewFile wanted = NewFile.of(FileType.REGULAR, mode & 07777);
      return creation.create(walk.place(), wanted, user, umask, path);
    }
    if (exclusive) {
      throw failed(Errno.EEXIST, path);
    }
    boolean directory = file.inode().type() == FileType.DIRECTORY;
    if (create && directory) {
      throw failed(Errno.EISDIR, path);
    }
    if (create && isPlanted(file, walk.place().directory(), user)) {
      throw failed(Errno.EACCES, path);
    }
    if (!directory && (walk.mustBeDirectory() || flags.contains(OpenFlag.DIRECTORY))) {
      throw failed(Errno.ENOTDIR, path);
    }
    checkMayOpen(file, flags, user, path);
    if (flags.contains(OpenFlag.TRUNCATE) && file.inode().type() == FileType.REGULAR) {
      volume.content().truncate(file, 0, volume.writeAccess(user));
    }
    return file;
  }

  /**
   * Whether somebody else may have put a link, a device or a socket where this user makes a file:
   * Linux opens none in a directory that is sticky and everybody's.
   */
  private static boolean isPlanted(InCoreInode file, InCoreInode directory, Credentials user) {
    int open = directory.inode().permissions() & (Permissions.STICKY | OTHERS_WRITE);
    long owner = file.inode().uid();
    return switch (file.inode().type()) {
      case REGULAR, FIFO, DIRECTORY -> false;
      case SYMLINK, CHARACTER_DEVICE, BLOCK_DEVICE, SOCKET ->
          open == (Permissions.STICKY | OTHERS_WRITE)
              && owner != directory.inode().uid()
              && owner != user.uid();
    };
  }

  /** Follows links at the end; null when there is no file and one is to be made. */
  private @Nullable InCoreInode goToFile(
      Ext4Path path, boolean create, boolean exclusive, boolean follow) throws Ext4Exception {
    PathWalk walk = volume.walk();
    while (true) {
      boolean named = walk.kind() == LastName.NORMAL;
      if (create && (!named || walk.hasSlash())) {
        throw failed(exclusive && !named ? Errno.EEXIST : Errno.EISDIR, path);
      }
      InCoreInode file = walk.last();
      if (file == null) {
        if (!create) {
          throw failed(Errno.ENOENT, path);
        }
        return null;
      }
      boolean link = file.inode().type() == FileType.SYMLINK;
      if (!link || !(follow || walk.mustBeDirectory())) {
        return file;
      }
      walk.follow(file);
    }
  }

  private InCoreInode openPath(Ext4Path path, Set<OpenFlag> flags, Credentials user)
      throws Ext4Exception {
    LinkPolicy links = flags.contains(OpenFlag.NOFOLLOW) ? LinkPolicy.KEEP : LinkPolicy.FOLLOW;
    InCoreInode file = volume.walk().resolve(path, links, user);
    if (flags.contains(OpenFlag.DIRECTORY) && file.inode().type() != FileType.DIRECTORY) {
      throw failed(Errno.ENOTDIR, path);
    }
    return file;
  }

  private void checkMayOpen(InCoreInode file, Set<OpenFlag> flags, Credentials user, Ext4Path path)
      throws Ext4Exception {
    Inode inode = file.inode();
    boolean writes = flags.contains(OpenFlag.WRITE);
    boolean truncates = flags.contains(OpenFlag.TRUNCATE);
    boolean reads = flags.contains(OpenFlag.READ) || !writes;
    switch (inode.type()) {
      case SYMLINK -> throw failed(Errno.ELOOP, path);
      case DIRECTORY -> {
        if (writes || truncates) {
          throw failed(Errno.EISDIR, path);
        }
      }
      case REGULAR -> {
        if (truncates) {
          volume.checkWritable();
        } else if (writes) {
          volume.checkNotReadOnly();
        }
      }
      case FIFO, CHARACTER_DEVICE, BLOCK_DEVICE, SOCKET -> {}
    }
    int wanted = (reads ? Permissions.READ : 0) | (writes || truncates ? Permissions.WRITE : 0);
    volume.permissions().check(file, user, wanted, path);
    if (inode.has(InodeFlag.APPEND)
        && ((writes && !flags.contains(OpenFlag.APPEND)) || truncates)) {
      throw failed(Errno.EPERM, path);
    }
    if (flags.contains(OpenFlag.NOATIME)) {
      volume.permissions().checkOwner(file, user, path);
    }
    switch (inode.type()) {
      case FIFO, CHARACTER_DEVICE, BLOCK_DEVICE, SOCKET -> throw failed(Errno.ENXIO, path);
      case REGULAR, DIRECTORY, SYMLINK -> {}
    }
  }

  /** The file without a name that {@code O_TMPFILE} makes. */
  InCoreInode openTemporary(
      Ext4Path path, Set<OpenFlag> flags, int mode, Credentials user, int umask)
      throws Ext4Exception {
    if (!flags.contains(OpenFlag.WRITE)) {
      throw failed(Errno.EINVAL, path);
    }
    InCoreInode directory = volume.walk().resolve(path, LinkPolicy.FOLLOW, user);
    if (directory.inode().type() != FileType.DIRECTORY) {
      throw failed(Errno.ENOTDIR, path);
    }
    volume.checkWritable();
    volume.permissions().check(directory, user, Permissions.WRITE | Permissions.EXECUTE, path);
    boolean nameable = !flags.contains(OpenFlag.EXCLUSIVE);
    return creation.createTemporary(directory, mode & 07777, user, umask, nameable);
  }

  private static Ext4Exception failed(Errno errno, Ext4Path path) {
    return new Ext4Exception(errno, path.toString());
  }
}
