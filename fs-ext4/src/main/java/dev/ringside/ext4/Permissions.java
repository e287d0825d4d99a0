package dev.ringside.ext4;

import dev.ringside.ext4.access.Credentials;
import dev.ringside.ext4.access.Permission;
import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.FileType;
import dev.ringside.ext4.format.Inode;
import dev.ringside.ext4.format.InodeFlag;
import dev.ringside.ext4.inode.InCoreInode;
import dev.ringside.ext4.xattr.AccessLists;

/** Who may do what: mode bits, access control lists, the sticky bit, immutable and append-only. */
final class Permissions {
  static final int READ = Permission.READ;
  static final int WRITE = Permission.WRITE;
  static final int EXECUTE = Permission.EXECUTE;

  static final int SET_UID = 04000;
  static final int SET_GID = 02000;
  static final int STICKY = 01000;
  static final int GROUP_EXECUTE = 0010;

  private final AccessLists lists;

  Permissions(AccessLists lists) {
    this.lists = lists;
  }

  /**
   * Checks access to a file.
   *
   * @param wanted bits of {@link #READ}, {@link #WRITE} and {@link #EXECUTE}
   * @param place for the message
   * @throws Ext4Exception with {@link Errno#EACCES}; with {@link Errno#EPERM} when nobody may
   *     write, because the file is immutable
   */
  void check(InCoreInode file, Credentials user, int wanted, Object place) throws Ext4Exception {
    if ((wanted & WRITE) != 0 && file.inode().has(InodeFlag.IMMUTABLE)) {
      throw new Ext4Exception(Errno.EPERM, place.toString());
    }
    if (!allows(file, user, wanted)) {
      throw new Ext4Exception(Errno.EACCES, place.toString());
    }
  }

  /** Checks that names may be looked up in a directory. */
  void search(InCoreInode directory, Credentials user, Object place) throws Ext4Exception {
    if (!user.isSuperuser() && !allows(directory, user, EXECUTE)) {
      throw new Ext4Exception(Errno.EACCES, place.toString());
    }
  }

  /** Checks that a name may be added to a directory. */
  void mayCreate(InCoreInode directory, Credentials user, Object place) throws Ext4Exception {
    if (directory.inode().links() == 0) {
      throw new Ext4Exception(Errno.ENOENT, place.toString());
    }
    check(directory, user, WRITE | EXECUTE, place);
  }

  /**
   * Checks that a name may be taken out of a directory.
   *
   * @param asDirectory whether the file has to be a directory; otherwise it must not be one
   */
  void mayDelete(
      InCoreInode directory, InCoreInode file, boolean asDirectory, Credentials user, Object place)
      throws Ext4Exception {
    check(directory, user, WRITE | EXECUTE, place);
    Inode inode = file.inode();
    if (directory.inode().has(InodeFlag.APPEND)
        || Permission.isStickyFor(user, directory.inode(), inode)
        || inode.has(InodeFlag.APPEND)
        || inode.has(InodeFlag.IMMUTABLE)) {
      throw new Ext4Exception(Errno.EPERM, place.toString());
    }
    boolean isDirectory = inode.type() == FileType.DIRECTORY;
    if (asDirectory && !isDirectory) {
      throw new Ext4Exception(Errno.ENOTDIR, place.toString());
    }
    if (!asDirectory && isDirectory) {
      throw new Ext4Exception(Errno.EISDIR, place.toString());
    }
  }

  /** Whether a user may do what the owner may. */
  static boolean owns(InCoreInode file, Credentials user) {
    return user.isSuperuser() || file.inode().uid() == user.uid();
  }

  /** Checks that a user may do what the owner may, and that the file may be changed at all. */
  void checkOwner(InCoreInode file, Credentials user, Object place) throws Ext4Exception {
    if (!owns(file, user)) {
      throw new Ext4Exception(Errno.EPERM, place.toString());
    }
  }

  /** Fails for a file whose attributes stay as they are. */
  static void checkChangeable(InCoreInode file, Object place) throws Ext4Exception {
    if (file.inode().has(InodeFlag.IMMUTABLE) || file.inode().has(InodeFlag.APPEND)) {
      throw new Ext4Exception(Errno.EPERM, place.toString());
    }
  }

  private boolean allows(InCoreInode file, Credentials user, int wanted) throws Ext4Exception {
    return lists.allows(user, file.inode(), wanted);
  }

  /**
   * The permissions less the set-group-id bit where a user may not give it: to a file of a group
   * that is not its own.
   */
  static int withoutForeignSetGid(int permissions, long gid, Credentials user) {
    return user.isSuperuser() || user.isMember(gid) ? permissions : permissions & ~SET_GID;
  }

  /**
   * The permissions less the bits that a change by somebody else takes: set-user-id, and
   * set-group-id where the group may execute, or where the user could not have set it.
   */
  static int withoutSetId(int permissions, long gid, Credentials user) {
    int left = permissions & ~SET_UID;
    if ((left & GROUP_EXECUTE) != 0) {
      return left & ~SET_GID;
    }
    return withoutForeignSetGid(left, gid, user);
  }
}
