package dev.ringside.ext4;

import dev.ringside.ext4.access.Credentials;
import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.ByteString;
import dev.ringside.ext4.format.FileType;
import dev.ringside.ext4.format.Inode;
import dev.ringside.ext4.format.InodeFlag;
import dev.ringside.ext4.inode.InCoreInode;
import dev.ringside.ext4.journal.Handle;
import dev.ringside.ext4.xattr.AttributeMode;
import dev.ringside.ext4.xattr.AttributeStore;
import java.time.Instant;
import java.util.List;

/** Changes what an inode says: permissions, owner, times. */
final class AttributeChanges {
  private static final int CREDITS = AttributeStore.CREDITS + 4;
  private static final int PERMISSION_MASK = 07777;
  private static final long MAX_ID = 0xffff_fffeL;

  private final Volume volume;

  AttributeChanges(Volume volume) {
    this.volume = volume;
  }

  void chmod(InCoreInode file, int wanted, Credentials user, Object place) throws Ext4Exception {
    volume.checkWritable();
    Permissions.checkChangeable(file, place);
    volume.permissions().checkOwner(file, user, place);
    Inode inode = file.inode();
    int permissions = Permissions.withoutForeignSetGid(wanted & PERMISSION_MASK, inode.gid(), user);
    try (Handle handle = volume.begin(CREDITS, user)) {
      inode.setPermissions(permissions);
      inode.setChangeTime(volume.now());
      file.changed(handle);
      // As on Linux, the permissions have changed also when there is no room for the changed list.
      volume.permissionsChanged(handle, file);
    }
  }

  void chown(InCoreInode file, long uid, long gid, Credentials user, Object place)
      throws Ext4Exception {
    if (!isId(uid) || !isId(gid)) {
      throw new Ext4Exception(Errno.EINVAL, place.toString());
    }
    volume.checkWritable();
    boolean keepsUid = uid == Session.KEEP_ID;
    boolean keepsGid = gid == Session.KEEP_ID;
    Inode inode = file.inode();
    int permissions =
        inode.type() == FileType.DIRECTORY
            ? inode.permissions()
            : Permissions.withoutSetId(inode.permissions(), inode.gid(), user);
    boolean changesMode = permissions != inode.permissions();
    if (!keepsUid || !keepsGid || changesMode) {
      Permissions.checkChangeable(file, place);
    }
    if (!user.isSuperuser()) {
      boolean owner = inode.uid() == user.uid();
      if (!keepsUid && !(owner && uid == inode.uid())) {
        throw new Ext4Exception(Errno.EPERM, place.toString());
      }
      if (!keepsGid && !(owner && (gid == inode.gid() || user.isMember(gid)))) {
        throw new Ext4Exception(Errno.EPERM, place.toString());
      }
      if (changesMode && !owner) {
        throw new Ext4Exception(Errno.EPERM, place.toString());
      }
    }
    try (Handle handle = volume.begin(CREDITS, user)) {
      if (!keepsUid) {
        inode.setUid(uid);
      }
      if (!keepsGid) {
        inode.setGid(gid);
      }
      inode.setPermissions(permissions);
      inode.setChangeTime(volume.now());
      file.changed(handle);
    }
  }

  private static boolean isId(long id) {
    return id == Session.KEEP_ID || (id >= 0 && id <= MAX_ID);
  }

  void utimens(
      InCoreInode file, TimeChange accessed, TimeChange modified, Credentials user, Object place)
      throws Ext4Exception {
    volume.checkWritable();
    Inode inode = file.inode();
    boolean toNow = accessed instanceof TimeChange.Now && modified instanceof TimeChange.Now;
    if (toNow) {
      if (inode.has(InodeFlag.IMMUTABLE)) {
        throw new Ext4Exception(Errno.EPERM, place.toString());
      }
      if (!Permissions.owns(file, user)) {
        volume.permissions().check(file, user, Permissions.WRITE, place);
      }
    } else {
      Permissions.checkChangeable(file, place);
      volume.permissions().checkOwner(file, user, place);
    }
    try (Handle handle = volume.begin(CREDITS, user)) {
      Instant now = volume.now();
      switch (accessed) {
        case TimeChange.Now _ -> inode.setAccessTime(now);
        case TimeChange.At(Instant time) -> inode.setAccessTime(time);
        case TimeChange.Omit _ -> {}
      }
      switch (modified) {
        case TimeChange.Now _ -> inode.setModificationTime(now);
        case TimeChange.At(Instant time) -> inode.setModificationTime(time);
        case TimeChange.Omit _ -> {}
      }
      inode.setChangeTime(now);
      file.changed(handle);
    }
  }

  byte[] get(InCoreInode file, ByteString name, Credentials user) throws Ext4Exception {
    return volume.extendedAttributes().get(file.inode(), name, user);
  }

  List<ByteString> list(InCoreInode file, Credentials user) throws Ext4Exception {
    return volume.extendedAttributes().list(file.inode(), user);
  }

  void set(InCoreInode file, ByteString name, byte[] value, AttributeMode mode, Credentials user)
      throws Ext4Exception {
    volume.checkWritable();
    try (Handle handle = volume.begin(CREDITS, user)) {
      volume.extendedAttributes().set(handle, file, name, value, mode, user);
      file.inode().setChangeTime(volume.now());
      file.changed(handle);
    }
  }

  void remove(InCoreInode file, ByteString name, Credentials user) throws Ext4Exception {
    volume.checkWritable();
    try (Handle handle = volume.begin(CREDITS, user)) {
      volume.extendedAttributes().remove(handle, file, name, user);
      file.inode().setChangeTime(volume.now());
      file.changed(handle);
    }
  }
}
