package dev.ringside.ext4.access;

import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.FileType;
import dev.ringside.ext4.format.Inode;
import org.jspecify.annotations.Nullable;

/** The rules of POSIX and Linux about permissions. */
public final class Permission {
  /** To read a file, or to list a directory. */
  public static final int READ = 4;

  /** To write to a file, or to change the names in a directory. */
  public static final int WRITE = 2;

  /** To execute a file, or to look up names in a directory. */
  public static final int EXECUTE = 1;

  private static final int SET_UID = 04000;
  private static final int SET_GID = 02000;
  private static final int STICKY = 01000;
  private static final int ANY_EXECUTE = 0111;
  private static final int GROUP_EXECUTE = 0010;
  private static final int GROUP_BITS = 0070;
  private static final int ALL = 7;

  private Permission() {}

  /**
   * Fails unless somebody may do something with a file.
   *
   * @param acl the file's, or null when it has none
   * @param wanted bits of {@link #READ}, {@link #WRITE} and {@link #EXECUTE}
   * @throws Ext4Exception with {@link Errno#EACCES}
   */
  public static void check(Credentials user, Inode inode, @Nullable Acl acl, int wanted)
      throws Ext4Exception {
    if (!allows(user, inode, acl, wanted)) {
      throw new Ext4Exception(Errno.EACCES, "inode " + inode.number());
    }
  }

  /** Whether somebody may do something with a file; parameters as for {@link #check}. */
  public static boolean allows(Credentials user, Inode inode, @Nullable Acl acl, int wanted) {
    int mode = inode.permissions();
    if (user.isSuperuser()) {
      return (wanted & EXECUTE) == 0
          || inode.type() == FileType.DIRECTORY
          || (mode & ANY_EXECUTE) != 0;
    }
    if (user.uid() == inode.uid()) {
      return covers(mode >>> 6, wanted);
    }
    // A list whose mask leaves nothing is not looked at; who it names is one of the others then.
    if (acl != null && (mode & GROUP_BITS) != 0) {
      return acl.allows(user, inode.uid(), inode.gid(), wanted);
    }
    return covers(user.isMember(inode.gid()) ? mode >>> 3 : mode, wanted);
  }

  private static boolean covers(int permissions, int wanted) {
    return (permissions & ALL & wanted) == wanted;
  }

  /**
   * Whether the access control list of a file can matter: the owner and the superuser need none.
   */
  public static boolean needsAcl(Credentials user, Inode inode) {
    return !user.isSuperuser()
        && user.uid() != inode.uid()
        && (inode.permissions() & GROUP_BITS) != 0;
  }

  /** Whether somebody may do what the owner of a file may. */
  public static boolean owns(Credentials user, Inode inode) {
    return user.isSuperuser() || user.uid() == inode.uid();
  }

  /** Whether a sticky directory keeps somebody from taking the name of a file out of it. */
  public static boolean isStickyFor(Credentials user, Inode directory, Inode file) {
    return (directory.permissions() & STICKY) != 0
        && !owns(user, file)
        && user.uid() != directory.uid();
  }

  /** The permissions less the set-group-id bit where somebody may not give it. */
  public static int withoutForeignSetGid(Credentials user, int permissions, long group) {
    return user.isSuperuser() || user.isMember(group) ? permissions : permissions & ~SET_GID;
  }

  /**
   * The permissions less the bits that a change by somebody who is not the superuser takes:
   * set-user-id, and set-group-id where the group may execute.
   */
  public static int withoutSetId(int permissions) {
    int left = permissions & ~SET_UID;
    return (left & GROUP_EXECUTE) != 0 ? left & ~SET_GID : left;
  }
}
