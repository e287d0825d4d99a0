package dev.ringside.ext4;

import dev.ringside.ext4.Place.LastName;
import dev.ringside.ext4.access.Credentials;
import dev.ringside.ext4.dir.Directory;
import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4CorruptedException;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.FileType;
import dev.ringside.ext4.format.Inode;
import dev.ringside.ext4.format.Superblock;
import dev.ringside.ext4.inode.InCoreInode;
import dev.ringside.ext4.journal.Handle;
import java.time.Instant;

/** Takes names away; a file goes with its last name and its last use. */
final class Removal {
  private static final int CREDITS = Directory.CREDITS + 12;

  private final Volume volume;
  private final Links links;

  Removal(Volume volume, Links links) {
    this.volume = volume;
    this.links = links;
  }

  void unlink(Ext4Path path, Credentials user) throws Ext4Exception {
    Place place = volume.walk().place(path, user);
    if (place.kind() != LastName.NORMAL) {
      throw new Ext4Exception(Errno.EISDIR, path.toString());
    }
    volume.checkWritable();
    InCoreInode file = existing(path);
    if (place.slash()) {
      boolean directory = file.inode().type() == FileType.DIRECTORY;
      throw new Ext4Exception(directory ? Errno.EISDIR : Errno.ENOTDIR, path.toString());
    }
    volume.permissions().mayDelete(place.directory(), file, false, user, path);
    try (Handle handle = volume.begin(CREDITS, user)) {
      volume.directory(place.directory()).remove(handle, place.name());
      volume.names().remove(place.directory().number(), place.name());
      Instant now = volume.now();
      volume.touchDirectory(handle, place.directory(), now);
      dropName(handle, file, now);
    }
    volume.deletion().deleteIfUnused(file);
  }

  /** Counts a name of a file, not a directory, less; the last one makes the file an orphan. */
  void dropName(Handle handle, InCoreInode file, Instant now) throws Ext4Exception {
    Inode inode = file.inode();
    inode.setLinks(inode.links() - 1);
    inode.setChangeTime(now);
    file.changed(handle);
    if (inode.links() == 0) {
      volume.useOf(file).nameable = false;
      volume.orphans().add(handle, file);
    }
  }

  void rmdir(Ext4Path path, Credentials user) throws Ext4Exception {
    Place place = volume.walk().place(path, user);
    switch (place.kind()) {
      case DOT -> throw new Ext4Exception(Errno.EINVAL, path.toString());
      case DOT_DOT -> throw new Ext4Exception(Errno.ENOTEMPTY, path.toString());
      case ROOT -> throw new Ext4Exception(Errno.EBUSY, path.toString());
      case NORMAL -> {}
    }
    volume.checkWritable();
    InCoreInode parent = place.directory();
    InCoreInode directory = existing(path);
    volume.permissions().mayDelete(parent, directory, true, user, path);
    requireNoCircle(parent, directory);
    if (!volume.directory(directory).isEmpty()) {
      throw new Ext4Exception(Errno.ENOTEMPTY, path.toString());
    }
    try (Handle handle = volume.begin(CREDITS, user)) {
      volume.directory(parent).remove(handle, place.name());
      volume.names().remove(parent.number(), place.name());
      Instant now = volume.now();
      links.removeDirectory(parent);
      volume.touchDirectory(handle, parent, now);
      buryDirectory(handle, directory, now);
    }
    volume.deletion().deleteIfUnused(directory);
  }

  /** Makes an empty directory that has lost its name an orphan. */
  void buryDirectory(Handle handle, InCoreInode directory, Instant now) throws Ext4Exception {
    directory.inode().setLinks(0);
    directory.inode().setChangeTime(now);
    directory.changed(handle);
    volume.orphans().add(handle, directory);
  }

  private static void requireNoCircle(InCoreInode parent, InCoreInode directory)
      throws Ext4CorruptedException {
    if (parent == directory || directory.number() == Superblock.ROOT_INODE) {
      throw new Ext4CorruptedException(
          "directory of inode " + parent.number(), "a name in it leads to itself or to the root");
    }
  }

  private InCoreInode existing(Ext4Path path) throws Ext4Exception {
    InCoreInode file = volume.walk().last();
    if (file == null) {
      throw new Ext4Exception(Errno.ENOENT, path.toString());
    }
    return file;
  }
}
