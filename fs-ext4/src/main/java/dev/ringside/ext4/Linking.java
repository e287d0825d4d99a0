package dev.ringside.ext4;

import dev.ringside.ext4.access.Credentials;
import dev.ringside.ext4.dir.Directory;
import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.FileType;
import dev.ringside.ext4.format.Inode;
import dev.ringside.ext4.inode.InCoreInode;
import dev.ringside.ext4.journal.Handle;
import java.time.Instant;

/** Gives files more names. */
final class Linking {
  private static final int CREDITS = 2 * Directory.CREDITS + 12;

  private final Volume volume;
  private final Creation creation;
  private final Links links;

  Linking(Volume volume, Creation creation, Links links) {
    this.volume = volume;
    this.creation = creation;
    this.links = links;
  }

  void link(InCoreInode file, Ext4Path path, Credentials user) throws Ext4Exception {
    Place place = creation.newPlace(path, false, user);
    volume.permissions().mayCreate(place.directory(), user, path);
    Permissions.checkChangeable(file, path);
    Inode inode = file.inode();
    if (inode.type() == FileType.DIRECTORY) {
      throw new Ext4Exception(Errno.EPERM, path.toString());
    }
    boolean unnamed = inode.links() == 0;
    if (unnamed && !volume.useOf(file).nameable) {
      throw new Ext4Exception(Errno.ENOENT, path.toString());
    }
    links.checkRoomForName(file, path);
    try (Handle handle = volume.begin(CREDITS, user)) {
      InCoreInode parent = place.directory();
      volume.directory(parent).add(handle, place.name(), file.number(), inode.type());
      volume.names().put(parent.number(), place.name(), file.number());
      Instant now = volume.now();
      if (unnamed) {
        volume.orphans().remove(handle, file);
      }
      inode.setLinks(inode.links() + 1);
      inode.setChangeTime(now);
      file.changed(handle);
      volume.touchDirectory(handle, parent, now);
    }
  }
}
