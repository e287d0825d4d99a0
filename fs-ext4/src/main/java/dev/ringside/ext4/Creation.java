package dev.ringside.ext4;

import dev.ringside.ext4.Place.LastName;
import dev.ringside.ext4.access.Credentials;
import dev.ringside.ext4.dir.Directory;
import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.ByteString;
import dev.ringside.ext4.format.Feature;
import dev.ringside.ext4.format.FileType;
import dev.ringside.ext4.format.Inode;
import dev.ringside.ext4.format.InodeFlag;
import dev.ringside.ext4.inode.InCoreInode;
import dev.ringside.ext4.journal.Handle;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Set;

/** Makes files: with a name, or without one. */
final class Creation {
  /** Names, index and inodes of two directories, a bitmap and its group, attributes, a target. */
  static final int CREDITS = 2 * Directory.CREDITS + 24;

  private final Volume volume;
  private final Links links;
  private int generations;

  Creation(Volume volume, Links links) {
    this.volume = volume;
    this.links = links;
    this.generations = volume.superblock().uuid().hashCode();
  }

  /**
   * The place of a name that is to be made.
   *
   * @param directory whether a slash may follow
   */
  Place newPlace(Ext4Path path, boolean directory, Credentials user) throws Ext4Exception {
    Place place = volume.walk().place(path, user);
    if (place.kind() != LastName.NORMAL) {
      throw new Ext4Exception(Errno.EEXIST, path.toString());
    }
    if (volume.walk().last() != null) {
      throw new Ext4Exception(Errno.EEXIST, path.toString());
    }
    if (place.slash() && !directory) {
      throw new Ext4Exception(Errno.ENOENT, path.toString());
    }
    volume.checkWritable();
    return place;
  }

  /** Makes a file in a place where there is none. */
  InCoreInode create(Place place, NewFile wanted, Credentials user, int umask, Ext4Path path)
      throws Ext4Exception {
    InCoreInode parent = place.directory();
    volume.permissions().mayCreate(parent, user, path);
    checkName(place.name(), path);
    switch (wanted.type()) {
      case DIRECTORY -> links.checkRoomForDirectory(parent, path);
      case CHARACTER_DEVICE, BLOCK_DEVICE -> {
        boolean whiteout = isWhiteout(wanted);
        if (!user.isSuperuser() && !whiteout) {
          throw new Ext4Exception(Errno.EPERM, path.toString());
        }
      }
      case SYMLINK -> checkTarget(wanted.target());
      case FIFO, REGULAR, SOCKET -> {}
    }
    try (Handle handle = volume.begin(CREDITS, user)) {
      InCoreInode file = make(handle, parent, wanted, user, umask);
      try {
        volume.directory(parent).add(handle, place.name(), file.number(), wanted.type());
      } catch (Ext4Exception full) {
        volume.deletion().discard(handle, file);
        throw full;
      }
      Inode inode = file.inode();
      if (wanted.type() == FileType.DIRECTORY) {
        inode.setLinks(2);
        links.addDirectory(parent);
      } else {
        inode.setLinks(1);
      }
      file.changed(handle);
      volume.touchDirectory(handle, parent, inode.changeTime());
      volume.names().put(parent.number(), place.name(), file.number());
      return file;
    }
  }

  private static boolean isWhiteout(NewFile wanted) {
    return wanted.type() == FileType.CHARACTER_DEVICE
        && wanted.device().major() == 0
        && wanted.device().minor() == 0;
  }

  private static void checkName(ByteString name, Ext4Path path) throws Ext4Exception {
    if (name.indexOf((byte) 0, 0) != name.length()) {
      throw new Ext4Exception(Errno.EINVAL, path.toString());
    }
  }

  private void checkTarget(ByteString target) throws Ext4Exception {
    if (target.length() + 1 > volume.superblock().blockSize()) {
      throw new Ext4Exception(Errno.ENAMETOOLONG, target.toString());
    }
  }

  /** Makes a file without a name in the group of a directory: an orphan until it gets one. */
  InCoreInode createTemporary(
      InCoreInode directory, int permissions, Credentials user, int umask, boolean nameable)
      throws Ext4Exception {
    try (Handle handle = volume.begin(CREDITS, user)) {
      NewFile wanted = NewFile.of(FileType.REGULAR, permissions);
      InCoreInode file = make(handle, directory, wanted, user, umask);
      file.changed(handle);
      volume.orphans().add(handle, file);
      volume.useOf(file).nameable = nameable;
      return file;
    }
  }

  /** A new inode with its content, without links; undone when there is no space for all of it. */
  InCoreInode make(Handle handle, InCoreInode parent, NewFile wanted, Credentials user, int umask)
      throws Ext4Exception {
    FileType type = wanted.type();
    long number = volume.writing().allocation().inodes().allocate(handle, type, parent.number());
    volume.inodes().remove(number);
    Inode inode =
        Inode.create(volume.superblock(), number, type, wanted.permissions(), nextGeneration());
    setOwner(inode, parent.inode(), wanted, user);
    for (InodeFlag flag : inheritedFlags(parent.inode(), type)) {
      inode.set(flag, true);
    }
    Instant now = volume.now();
    inode.setAccessTime(now);
    inode.setModificationTime(now);
    inode.setChangeTime(now);
    inode.setCreationTime(now);
    if (volume.superblock().has(Feature.EXTENTS)
        && (type == FileType.REGULAR
            || type == FileType.DIRECTORY
            || wanted.target().length() >= Inode.BLOCK_AREA_SIZE)) {
      inode.set(InodeFlag.EXTENTS, true);
      volume.formatMapping(inode);
    }
    InCoreInode file = volume.inodes().add(inode);
    try {
      volume.inheritPermissions(handle, parent, file, umask);
      switch (type) {
        case DIRECTORY -> volume.makeDirectory(handle, file, parent.number());
        case SYMLINK -> volume.content().writeLink(handle, file, wanted.target());
        case CHARACTER_DEVICE, BLOCK_DEVICE -> inode.setDevice(wanted.device());
        case FIFO, REGULAR, SOCKET -> {}
      }
    } catch (Ext4Exception full) {
      volume.deletion().discard(handle, file);
      throw full;
    }
    return file;
  }

  private static void setOwner(Inode inode, Inode parent, NewFile wanted, Credentials user) {
    int permissions = wanted.permissions();
    inode.setUid(user.uid());
    if ((parent.permissions() & Permissions.SET_GID) != 0) {
      inode.setGid(parent.gid());
      if (wanted.type() == FileType.DIRECTORY) {
        permissions |= Permissions.SET_GID;
      } else if ((permissions & Permissions.GROUP_EXECUTE) != 0) {
        permissions = Permissions.withoutForeignSetGid(permissions, parent.gid(), user);
      }
    } else {
      inode.setGid(user.gid());
    }
    inode.setPermissions(permissions);
  }

  private static Set<InodeFlag> inheritedFlags(Inode parent, FileType type) {
    EnumSet<InodeFlag> inherited = EnumSet.noneOf(InodeFlag.class);
    for (InodeFlag flag : parent.flags()) {
      boolean passed =
          switch (flag) {
            case SECURE_DELETION, UNDELETE, COMPRESS, SYNC, JOURNAL_DATA, NOTAIL, DAX ->
                type == FileType.REGULAR || type == FileType.DIRECTORY;
            case NODUMP, NOATIME -> true;
            case DIRSYNC, PROJECT_INHERIT, CASEFOLD -> type == FileType.DIRECTORY;
            case IMMUTABLE,
                APPEND,
                ENCRYPT,
                INDEX,
                TOPDIR,
                HUGE_FILE,
                EXTENTS,
                VERITY,
                EA_INODE,
                INLINE_DATA ->
                false;
          };
      if (passed) {
        inherited.add(flag);
      }
    }
    return inherited;
  }

  /** Numbers that differ from one file to the next, and from one mount to the next. */
  private int nextGeneration() {
    generations += 0x9e37_79b9;
    int mixed = generations ^ (int) volume.now().toEpochMilli();
    mixed = (mixed ^ (mixed >>> 16)) * 0x85eb_ca6b;
    return mixed ^ (mixed >>> 13);
  }
}
