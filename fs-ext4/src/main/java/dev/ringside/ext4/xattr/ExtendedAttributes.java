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
    AttributeName parsed = parse(inode, name);
    byte[] value = null;
    switch (parsed.namespace()) {
      case ACCESS_LIST -> value = lists.access(inode).map(Acl::toValue).orElse(null);
      case DEFAULT_LIST -> value = lists.defaults(inode).map(Acl::toValue).orElse(null);
      case TRUSTED -> value = user.isSuperuser() ? store.find(inode, parsed) : null;
      case SECURITY -> value = store.find(inode, parsed);
      case USER -> {
        if (canHaveUserAttributes(inode)) {
          checkAccess(inode, user, Permission.READ, parsed);
          value = store.find(inode, parsed);
        }
      }
    }
    if (value == null) {
      throw new Ext4Exception(Errno.ENODATA, name.toString());
    }
    return value;
  }

  private static AttributeName parse(Inode inode, ByteString name) throws Ext4Exception {
    AttributeName parsed = AttributeName.parse(name);
    if (parsed.namespace().isList() && inode.type() == FileType.SYMLINK) {
      throw new Ext4Exception(Errno.EOPNOTSUPP, name.toString());
    }
    return parsed;
  }

  private static boolean canHaveUserAttributes(Inode inode) {
    return inode.type() == FileType.REGULAR || inode.type() == FileType.DIRECTORY;
  }

  private void checkAccess(Inode inode, Credentials user, int wanted, AttributeName name)
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
    if (value.length > MAX_VALUE_SIZE) {
      throw new Ext4Exception(Errno.E2BIG, name.toString(), value.length + " bytes");
    }
    Inode inode = file.inode();
    AttributeName parsed = parse(inode, name);
    checkChange(inode, parsed, user);
    switch (parsed.namespace()) {
      case ACCESS_LIST -> lists.setAccess(handle, file, listOf(value), user);
      case DEFAULT_LIST -> setDefaults(handle, file, listOf(value), parsed);
      case USER, TRUSTED, SECURITY -> {
        checkPresence(store.find(inode, parsed), mode, name);
        store.set(handle, file, parsed, value.clone());
      }
    }
  }

  private static Optional<Acl> listOf(byte[] value) throws Ext4Exception {
    return value.length == 0 ? Optional.empty() : Acl.ofValue(value);
  }

  private void setDefaults(Handle handle, MappedFile file, Optional<Acl> acl, AttributeName name)
      throws Ext4Exception {
    if (file.inode().type() == FileType.DIRECTORY) {
      lists.setDefaults(handle, file, acl);
    } else if (acl.isPresent()) {
      throw new Ext4Exception(Errno.EACCES, name.toString());
    }
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
      checkAccess(inode, user, Permission.WRITE, name);
    }
  }

  /**
   * Removes an attribute.
   *
   * @throws Ext4Exception with {@link Errno#ENODATA} when there is none, and as {@link #set}
   */
  public void remove(Handle handle, MappedFile file, ByteString name, Credentials user)
      throws Ext4Exception {
    Inode inode = file.inode();
    AttributeName parsed = parse(inode, name);
    checkChange(inode, parsed, user);
    switch (parsed.namespace()) {
      case ACCESS_LIST -> lists.setAccess(handle, file, Optional.empty(), user);
      case DEFAULT_LIST -> setDefaults(handle, file, Optional.empty(), parsed);
      case USER, TRUSTED, SECURITY -> {
        checkPresence(store.find(inode, parsed), AttributeMode.REPLACE, name);
        store.remove(handle, file, parsed);
      }
    }
  }
}
