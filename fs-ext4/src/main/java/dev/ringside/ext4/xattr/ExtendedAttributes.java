package dev.ringside.ext4.xattr;

import dev.ringside.ext4.access.Acl;
import dev.ringside.ext4.access.Credentials;
import dev.ringside.ext4.access.Permission;
import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.ByteString;
import dev.ringside.ext4.format.FileType;
import dev.ringside.ext4.format.Inode;
import dev.ringside.ext4.format.InodeFlag;
import dev.ringside.ext4.journal.Handle;
import dev.ringside.ext4.mapping.MappedFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Extended attributes as the system calls have them: with the rules of each namespace about who may
 * see and set them. The time of change is the caller's business.
 */
public final class ExtendedAttributes {
  /** The longest value, in bytes ({@code XATTR_SIZE_MAX}). */
  public static final int MAX_VALUE_SIZE = 65536;

  private static final int STICKY = 01000;

  private final AttributeStore store;
  private final AccessLists lists;

  /** The attributes of a filesystem's files. */
  public ExtendedAttributes(AttributeStore store, AccessLists lists) {
    this.store = store;
    this.lists = lists;
  }

  /**
   * The value of an attribute.
   *
   * @throws Ext4Exception with {@link Errno#ENODATA} when there is none, with {@link Errno#EACCES}
   *     when this user may not see it, and as {@link AttributeName#parse}
   */
  public byte[] get(Inode inode, ByteString name, Credentials user) throws Ext4Exception {
    AttributeName parsed = parse(inode, name, user, Permission.READ);
    checkCanHaveLists(inode, parsed);
    byte[] value = null;
    switch (parsed.namespace()) {
      case ACCESS_LIST -> value = lists.access(inode).map(Acl::toValue).orElse(null);
      case DEFAULT_LIST -> value = lists.defaults(inode).map(Acl::toValue).orElse(null);
      case TRUSTED -> value = user.isSuperuser() ? find(inode, parsed) : null;
      case SECURITY -> value = find(inode, parsed);
      case USER -> {
        if (canHaveUserAttributes(inode)) {
          checkAccess(inode, user, Permission.READ, name);
          value = find(inode, parsed);
        }
      }
    }
    if (value == null) {
      throw new Ext4Exception(Errno.ENODATA, name.toString());
    }
    return value;
  }

  private byte @Nullable [] find(Inode inode, AttributeName name) throws Ext4Exception {
    name.requireSuffix();
    return store.find(inode, name);
  }

  /** The parsed name; what is wrong with it learns only who has the access, as in the kernel. */
  private AttributeName parse(Inode inode, ByteString name, Credentials user, int wanted)
      throws Ext4Exception {
    try {
      return AttributeName.parse(name);
    } catch (Ext4Exception wrong) {
      if (wrong.errno() != Errno.ERANGE && !AttributeName.isOfSystem(name)) {
        checkAccess(inode, user, wanted, name);
      }
      throw wrong;
    }
  }

  /** Symbolic links have no access control lists. */
  private static void checkCanHaveLists(Inode inode, AttributeName name) throws Ext4Exception {
    if (name.namespace().isList() && inode.type() == FileType.SYMLINK) {
      throw new Ext4Exception(Errno.EOPNOTSUPP, name.toString());
    }
  }

  private static boolean canHaveUserAttributes(Inode inode) {
    return inode.type() == FileType.REGULAR || inode.type() == FileType.DIRECTORY;
  }

  private void checkAccess(Inode inode, Credentials user, int wanted, ByteString name)
      throws Ext4Exception {
    if (!lists.allows(user, inode, wanted)) {
      throw new Ext4Exception(Errno.EACCES, name.toString());
    }
  }

  /** The names of a file's attributes, as far as this user may know of them. */
  public List<ByteString> list(Inode inode, Credentials user) throws Ext4Exception {
    List<ByteString> names = new ArrayList<>();
    for (AttributeName name : store.list(inode)) {
      if (name.namespace() != Namespace.TRUSTED || user.isSuperuser()) {
        names.add(name.toByteString());
      }
    }
    return names;
  }

  /**
   * Sets an attribute.
   *
   * @param value of up to {@value #MAX_VALUE_SIZE} bytes
   * @throws Ext4Exception with {@link Errno#EEXIST} or {@link Errno#ENODATA} when the mode asks for
   *     something else, with {@link Errno#EPERM} or {@link Errno#EACCES} when this user may not set
   *     it, with {@link Errno#E2BIG} when the value is too long, with {@link Errno#ENOSPC} when
   *     there is no room, and as {@link AttributeName#parse} and {@link Acl#ofValue}; nothing has
   *     changed then
   */
  public void set(
      Handle handle,
      MappedFile file,
      ByteString name,
      byte[] value,
      AttributeMode mode,
      Credentials user)
      throws Ext4Exception {
    AttributeName.checkLength(name);
    if (value.length > MAX_VALUE_SIZE) {
      throw new Ext4Exception(Errno.E2BIG, name.toString(), value.length + " bytes");
    }
    Inode inode = file.inode();
    AttributeName parsed = parse(inode, name, user, Permission.WRITE);
    if (parsed.namespace().isList()) {
      boolean list = value.length > 0 && Acl.isList(value);
      checkCanHaveLists(inode, parsed);
      if (isOutOfPlace(inode, parsed)) {
        if (list) {
          throw new Ext4Exception(Errno.EACCES, name.toString());
        }
        return;
      }
    }
    checkChange(inode, parsed, user);
    switch (parsed.namespace()) {
      case ACCESS_LIST -> lists.setAccess(handle, file, listOf(value), user);
      case DEFAULT_LIST -> lists.setDefaults(handle, file, listOf(value));
      case USER, TRUSTED, SECURITY -> {
        checkPresence(find(inode, parsed), mode, name);
        store.set(handle, file, parsed, value.clone());
      }
    }
  }

  private static Optional<Acl> listOf(byte[] value) throws Ext4Exception {
    return value.length == 0 ? Optional.empty() : Acl.ofValue(value);
  }

  /** Only directories have a list for what is made in them; taking it from others is no error. */
  private static boolean isOutOfPlace(Inode inode, AttributeName name) {
    return name.namespace() == Namespace.DEFAULT_LIST && inode.type() != FileType.DIRECTORY;
  }

  private static void checkPresence(byte @Nullable [] found, AttributeMode mode, ByteString name)
      throws Ext4Exception {
    if (mode == AttributeMode.CREATE && found != null) {
      throw new Ext4Exception(Errno.EEXIST, name.toString());
    }
    if (mode == AttributeMode.REPLACE && found == null) {
      throw new Ext4Exception(Errno.ENODATA, name.toString());
    }
  }

  private void checkChange(Inode inode, AttributeName name, Credentials user) throws Ext4Exception {
    boolean allowed =
        switch (name.namespace()) {
          case ACCESS_LIST, DEFAULT_LIST -> Permission.owns(user, inode);
          case TRUSTED, SECURITY -> user.isSuperuser();
          case USER ->
              canHaveUserAttributes(inode)
                  && (inode.type() != FileType.DIRECTORY
                      || (inode.permissions() & STICKY) == 0
                      || Permission.owns(user, inode));
        };
    if (!allowed || inode.has(InodeFlag.IMMUTABLE) || inode.has(InodeFlag.APPEND)) {
      throw new Ext4Exception(Errno.EPERM, name.toString());
    }
    if (name.namespace() == Namespace.USER) {
      checkAccess(inode, user, Permission.WRITE, name.toByteString());
    }
  }

  /**
   * Removes an attribute. An access control list may be absent.
   *
   * @throws Ext4Exception with {@link Errno#ENODATA} when there is none, and as {@link #set}
   */
  public void remove(Handle handle, MappedFile file, ByteString name, Credentials user)
      throws Ext4Exception {
    Inode inode = file.inode();
    AttributeName parsed = parse(inode, name, user, Permission.WRITE);
    checkCanHaveLists(inode, parsed);
    if (isOutOfPlace(inode, parsed)) {
      return;
    }
    checkChange(inode, parsed, user);
    switch (parsed.namespace()) {
      case ACCESS_LIST -> lists.setAccess(handle, file, Optional.empty(), user);
      case DEFAULT_LIST -> lists.setDefaults(handle, file, Optional.empty());
      case USER, TRUSTED, SECURITY -> {
        checkPresence(find(inode, parsed), AttributeMode.REPLACE, name);
        store.remove(handle, file, parsed);
      }
    }
  }
}
