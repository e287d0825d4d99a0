package dev.ringside.ext4;

import dev.ringside.ext4.format.DeviceNumber;
import dev.ringside.ext4.format.FileType;
import dev.ringside.ext4.format.Inode;
import dev.ringside.ext4.format.InodeFlag;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * What the inode says about a file.
 *
 * @param permissions twelve bits, with set-user-id, set-group-id and the sticky bit
 * @param size of the content in bytes
 * @param sectors taken on the disk, metadata included, in units of 512 bytes
 * @param device behind a device node, {@link DeviceNumber#NONE} for everything else
 * @param created absent where inodes have no room for it
 */
public record FileStat(
    long inode,
    FileType type,
    int permissions,
    int links,
    long uid,
    long gid,
    long size,
    long sectors,
    DeviceNumber device,
    Instant accessed,
    Instant modified,
    Instant changed,
    Optional<Instant> created,
    Set<InodeFlag> flags,
    int generation) {
  static FileStat of(Inode inode) {
    return new FileStat(
        inode.number(),
        inode.type(),
        inode.permissions(),
        inode.links(),
        inode.uid(),
        inode.gid(),
        inode.size(),
        inode.sectors(),
        inode.device(),
        inode.accessTime(),
        inode.modificationTime(),
        inode.changeTime(),
        inode.creationTime(),
        inode.flags(),
        inode.generation());
  }

  /** Type and permissions as {@code ls -l} prints them: ten letters. */
  public String modeString() {
    StringBuilder mode = new StringBuilder(10).append(type.letter());
    appendTriple(mode, 6, 0x800, 's', 'S');
    appendTriple(mode, 3, 0x400, 's', 'S');
    appendTriple(mode, 0, 0x200, 't', 'T');
    return mode.toString();
  }

  private void appendTriple(
      StringBuilder mode, int shift, int special, char withExecute, char withoutExecute) {
    int triple = permissions >>> shift;
    boolean execute = (triple & 1) != 0;
    mode.append((triple & 4) != 0 ? 'r' : '-').append((triple & 2) != 0 ? 'w' : '-');
    if ((permissions & special) != 0) {
      mode.append(execute ? withExecute : withoutExecute);
    } else {
      mode.append(execute ? 'x' : '-');
    }
  }
}
