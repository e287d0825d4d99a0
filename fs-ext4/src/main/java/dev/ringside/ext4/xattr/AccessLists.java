package dev.ringside.ext4.xattr;

import dev.ringside.ext4.access.Acl;
import dev.ringside.ext4.access.Credentials;
import dev.ringside.ext4.access.Permission;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.ByteString;
import dev.ringside.ext4.format.FileType;
import dev.ringside.ext4.format.Inode;
import dev.ringside.ext4.journal.Handle;
import dev.ringside.ext4.mapping.MappedFile;
import java.util.Optional;

/**
 * The access control lists of files, kept in step with their permission bits. A file has a list
 * only if it says more than those.
 */
public final class AccessLists {
  private static final int MODE_BITS = 0777;
  private static final AttributeName ACCESS =
      new AttributeName(Namespace.ACCESS_LIST, ByteString.of(""));
  private static final AttributeName DEFAULT =
      new AttributeName(Namespace.DEFAULT_LIST, ByteString.of(""));

  private final AttributeStore store;

  /** The lists among a filesystem's attributes. */
  public AccessLists(AttributeStore store) {
    this.store = store;
  }

  /** The list that says who may access a file. */
  public Optional<Acl> access(Inode inode) throws Ext4Exception {
    return read(inode, ACCESS);
  }

  /** The list that new files of a directory get. */
  public Optional<Acl> defaults(Inode inode) throws Ext4Exception {
    return read(inode, DEFAULT);
  }

  private Optional<Acl> read(Inode inode, AttributeName name) throws Ext4Exception {
    byte[] stored = store.find(inode, name);
    return stored == null
        ? Optional.empty()
        : Acl.ofDisk(stored, "%s of inode %d".formatted(name, inode.number()));
  }

  /**
   * Whether somebody may do something with a file.
   *
   * @param wanted bits of {@link Permission#READ} and its like
   */
  public boolean allows(Credentials user, Inode inode, int wanted) throws Ext4Exception {
    Acl acl = Permission.needsAcl(user, inode) ? access(inode).orElse(null) : null;
    return Permission.allows(user, inode, acl, wanted);
  }

  /**
   * Sets or, without a list, removes the list that says who may access a file. The permission bits
   * follow it.
   */
  void setAccess(Handle handle, MappedFile file, Optional<Acl> acl, Credentials user)
      throws Ext4Exception {
    Inode inode = file.inode();
    put(handle, file, ACCESS, acl.filter(list -> !list.isMinimal()));
    if (acl.isPresent()) {
      int special = inode.permissions() & ~MODE_BITS;
      inode.setPermissions(
          Permission.withoutForeignSetGid(user, special | acl.get().mode(), inode.gid()));
      file.changed(handle);
    }
  }

  /** Sets or, without a list, removes the list that new files of a directory get. */
  void setDefaults(Handle handle, MappedFile directory, Optional<Acl> acl) throws Ext4Exception {
    put(handle, directory, DEFAULT, acl);
  }

  private void put(Handle handle, MappedFile file, AttributeName name, Optional<Acl> acl)
      throws Ext4Exception {
    if (acl.isPresent()) {
      store.set(handle, file, name, acl.get().toDisk());
    } else {
      store.remove(handle, file, name);
    }
  }

  /** Brings a file's list in line with permission bits that were set. */
  public void permissionsChanged(Handle handle, MappedFile file) throws Ext4Exception {
    Optional<Acl> acl = access(file.inode());
    if (acl.isPresent()) {
      put(handle, file, ACCESS, Optional.of(acl.get().withMode(file.inode().permissions())));
    }
  }

  /**
   * Gives a new file the lists that its directory has for it, and the permissions that are left of
   * those it is made with. Without such a list the umask is taken off.
   *
   * @param file is no symbolic link, and has the permissions that were asked for
   * @param umask nine bits
   */
  public void inherit(Handle handle, Inode directory, MappedFile file, int umask)
      throws Ext4Exception {
    Inode inode = file.inode();
    Optional<Acl> inherited = defaults(directory);
    if (inherited.isEmpty()) {
      inode.setPermissions(inode.permissions() & ~(umask & MODE_BITS));
      return;
    }
    if (inode.type() == FileType.DIRECTORY) {
      put(handle, file, DEFAULT, inherited);
    }
    int asked = inode.permissions();
    Acl acl = inherited.get().inheritedWith(asked);
    inode.setPermissions((asked & ~MODE_BITS) | acl.mode());
    if (!acl.isMinimal()) {
      put(handle, file, ACCESS, Optional.of(acl));
    }
  }
}
