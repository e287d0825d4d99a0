package dev.ringside.ext4;

import dev.ringside.ext4.Place.LastName;
import dev.ringside.ext4.access.Credentials;
import dev.ringside.ext4.dir.Directory;
import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.ByteString;
import dev.ringside.ext4.format.DeviceNumber;
import dev.ringside.ext4.format.FileType;
import dev.ringside.ext4.inode.InCoreInode;
import dev.ringside.ext4.journal.Handle;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Moves names: over others, against others, and with a mark at the old place. */
final class Renaming {
  private static final ByteString DOT_DOT = ByteString.of("..");
  private static final int CREDITS = Creation.CREDITS + 2 * Directory.CREDITS + 8;

  private final Volume volume;
  private final Links links;
  private final Creation creation;
  private final Removal removal;

  Renaming(Volume volume, Links links, Creation creation, Removal removal) {
    this.volume = volume;
    this.links = links;
    this.creation = creation;
    this.removal = removal;
  }

  /** What is moved where; {@code target} is what the new name leads to now. */
  private record Move(
      Place from, InCoreInode file, Place to, @Nullable InCoreInode target, Set<RenameFlag> flags) {
    boolean exchanges() {
      return flags.contains(RenameFlag.EXCHANGE);
    }

    boolean movesDirectory() {
      return isDirectory(file);
    }

    boolean changesParent() {
      return from.directory() != to.directory();
    }
  }

  private static boolean isDirectory(InCoreInode file) {
    return file.inode().type() == FileType.DIRECTORY;
  }

  void rename(Ext4Path from, Ext4Path to, Set<RenameFlag> flags, Credentials user)
      throws Ext4Exception {
    Move move = find(from, to, flags, user);
    if (move.file == move.target) {
      return;
    }
    checkPermissions(move, user, from, to);
    if (move.exchanges()) {
      exchange(move, user, to);
    } else {
      move(move, user, to);
    }
  }

  private Move find(Ext4Path from, Ext4Path to, Set<RenameFlag> flags, Credentials user)
      throws Ext4Exception {
    boolean exchange = flags.contains(RenameFlag.EXCHANGE);
    boolean noReplace = flags.contains(RenameFlag.NO_REPLACE);
    if (exchange && flags.size() > 1) {
      throw failed(Errno.EINVAL, from);
    }
    PathWalk oldWalk = volume.walk();
    PathWalk newWalk = volume.otherWalk();
    Place old = oldWalk.place(from, user);
    Place next = newWalk.place(to, user);
    if (old.kind() != LastName.NORMAL) {
      throw failed(Errno.EBUSY, from);
    }
    if (next.kind() != LastName.NORMAL) {
      throw failed(noReplace ? Errno.EEXIST : Errno.EBUSY, to);
    }
    volume.checkWritable();
    InCoreInode file = oldWalk.last();
    if (file == null) {
      throw failed(Errno.ENOENT, from);
    }
    InCoreInode target = newWalk.last();
    if (noReplace && target != null) {
      throw failed(Errno.EEXIST, to);
    }
    if (exchange) {
      if (target == null) {
        throw failed(Errno.ENOENT, to);
      }
      if (next.slash() && !isDirectory(target)) {
        throw failed(Errno.ENOTDIR, to);
      }
    }
    if (!isDirectory(file) && (old.slash() || (next.slash() && !exchange))) {
      throw failed(Errno.ENOTDIR, old.slash() ? from : to);
    }
    if (newWalk.passes(file)) {
      throw failed(Errno.EINVAL, to);
    }
    if (target != null && oldWalk.passes(target)) {
      throw failed(exchange ? Errno.EINVAL : Errno.ENOTEMPTY, to);
    }
    return new Move(old, file, next, target, flags);
  }

  private void checkPermissions(Move move, Credentials user, Ext4Path from, Ext4Path to)
      throws Ext4Exception {
    Permissions permissions = volume.permissions();
    InCoreInode target = move.target;
    boolean directory = move.movesDirectory();
    permissions.mayDelete(move.from.directory(), move.file, directory, user, from);
    if (target == null) {
      permissions.mayCreate(move.to.directory(), user, to);
    } else {
      boolean asDirectory = move.exchanges() ? isDirectory(target) : directory;
      permissions.mayDelete(move.to.directory(), target, asDirectory, user, to);
    }
    // The entry for the parent changes.
    if (move.changesParent()) {
      if (directory) {
        permissions.check(move.file, user, Permissions.WRITE, from);
      }
      if (move.exchanges() && target != null && isDirectory(target)) {
        permissions.check(target, user, Permissions.WRITE, to);
      }
    }
  }

  private void move(Move move, Credentials user, Ext4Path to) throws Ext4Exception {
    InCoreInode file = move.file;
    InCoreInode target = move.target;
    InCoreInode oldParent = move.from.directory();
    InCoreInode newParent = move.to.directory();
    try (Handle handle = volume.begin(CREDITS, user)) {
      InCoreInode whiteout = null;
      if (move.flags.contains(RenameFlag.WHITEOUT)) {
        NewFile mark = NewFile.node(FileType.CHARACTER_DEVICE, 0, DeviceNumber.NONE);
        whiteout = creation.make(handle, oldParent, mark, user, 0);
      }
      FileType type = file.inode().type();
      try {
        // Behind the whiteout, as on Linux: on a disk without a free inode, that is what is said.
        checkDirectories(move, to);
        if (target == null) {
          volume.directory(newParent).add(handle, move.to.name(), file.number(), type);
        } else {
          volume.directory(newParent).replace(handle, move.to.name(), file.number(), type);
        }
      } catch (Ext4Exception refused) {
        if (whiteout != null) {
          // Linux has put it into the directory and taken it out again, which the times tell.
          volume.deletion().discard(handle, whiteout);
          volume.touchDirectory(handle, oldParent, volume.now());
        }
        throw refused;
      }
      volume.names().put(newParent.number(), move.to.name(), file.number());
      Instant now = volume.now();
      leaveOldPlace(handle, move, whiteout);
      if (move.movesDirectory()) {
        if (move.changesParent()) {
          setParent(handle, file, newParent);
        }
        links.removeDirectory(oldParent);
        if (target == null) {
          links.addDirectory(newParent);
        }
      }
      if (target != null) {
        if (move.movesDirectory()) {
          removal.buryDirectory(handle, target, now);
        } else {
          removal.dropName(handle, target, now);
        }
      }
      file.inode().setChangeTime(now);
      file.changed(handle);
      volume.touchDirectory(handle, oldParent, now);
      volume.touchDirectory(handle, newParent, now);
    }
    if (target != null) {
      volume.deletion().deleteIfUnused(target);
    }
  }

  private void checkDirectories(Move move, Ext4Path to) throws Ext4Exception {
    if (!move.movesDirectory()) {
      return;
    }
    if (move.target != null && !volume.directory(move.target).isEmpty()) {
      throw failed(Errno.ENOTEMPTY, to);
    }
    if (move.target == null && move.changesParent()) {
      links.checkRoomForDirectory(move.to.directory(), to);
    }
  }

  private void leaveOldPlace(Handle handle, Move move, @Nullable InCoreInode whiteout)
      throws Ext4Exception {
    InCoreInode parent = move.from.directory();
    ByteString name = move.from.name();
    if (whiteout == null) {
      volume.directory(parent).remove(handle, name);
      volume.names().remove(parent.number(), name);
    } else {
      FileType type = whiteout.inode().type();
      volume.directory(parent).replace(handle, name, whiteout.number(), type);
      volume.names().put(parent.number(), name, whiteout.number());
      whiteout.inode().setLinks(1);
      whiteout.changed(handle);
    }
  }

  private void setParent(Handle handle, InCoreInode directory, InCoreInode parent)
      throws Ext4Exception {
    volume.directory(directory).replace(handle, DOT_DOT, parent.number(), FileType.DIRECTORY);
  }

  private void exchange(Move move, Credentials user, Ext4Path to) throws Ext4Exception {
    InCoreInode file = move.file;
    InCoreInode target = move.target;
    if (target == null) {
      throw failed(Errno.ENOENT, to);
    }
    InCoreInode oldParent = move.from.directory();
    InCoreInode newParent = move.to.directory();
    boolean mixed = isDirectory(file) != isDirectory(target) && move.changesParent();
    if (mixed) {
      links.checkRoomForDirectory(isDirectory(file) ? newParent : oldParent, to);
    }
    try (Handle handle = volume.begin(CREDITS, user)) {
      Instant now = volume.now();
      volume
          .directory(newParent)
          .replace(handle, move.to.name(), file.number(), file.inode().type());
      volume
          .directory(oldParent)
          .replace(handle, move.from.name(), target.number(), target.inode().type());
      volume.names().put(newParent.number(), move.to.name(), file.number());
      volume.names().put(oldParent.number(), move.from.name(), target.number());
      if (move.changesParent()) {
        if (isDirectory(file)) {
          setParent(handle, file, newParent);
        }
        if (isDirectory(target)) {
          setParent(handle, target, oldParent);
        }
      }
      if (mixed) {
        links.removeDirectory(isDirectory(file) ? oldParent : newParent);
        links.addDirectory(isDirectory(file) ? newParent : oldParent);
      }
      file.inode().setChangeTime(now);
      file.changed(handle);
      target.inode().setChangeTime(now);
      target.changed(handle);
      volume.touchDirectory(handle, oldParent, now);
      volume.touchDirectory(handle, newParent, now);
    }
  }

  private static Ext4Exception failed(Errno errno, Ext4Path path) {
    return new Ext4Exception(errno, path.toString());
  }
}
