package dev.ringside.ext4.alloc;

import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.error.Ext4UnsupportedException;
import dev.ringside.ext4.format.GroupCounts;
import dev.ringside.ext4.format.GroupDescriptor;
import dev.ringside.ext4.format.Superblock;

/**
 * The counts of all groups of a filesystem that is written, thirty bytes for each group, and their
 * sums. They change here first; {@link DescriptorUpdates} brings them to the disk.
 */
final class GroupState {
  /** That is 256 TiB in groups of 128 MiB. */
  private static final int MOST_GROUPS = 1 << 21;

  private final int[] freeBlocks;
  private final int[] freeInodes;
  private final int[] usedDirectories;
  private final int[] unusedInodes;
  private final int[] blockChecksums;
  private final int[] inodeChecksums;
  private final byte[] flags;
  private long totalFreeBlocks;
  private long totalFreeInodes;
  private long totalDirectories;

  private GroupState(int groups) {
    this.freeBlocks = new int[groups];
    this.freeInodes = new int[groups];
    this.usedDirectories = new int[groups];
    this.unusedInodes = new int[groups];
    this.blockChecksums = new int[groups];
    this.inodeChecksums = new int[groups];
    this.flags = new byte[groups];
  }

  /**
   * Reads all descriptors.
   *
   * @param zone takes in what the groups' metadata covers
   * @throws Ext4UnsupportedException when there are too many
   */
  static GroupState load(GroupTable table, SystemZone.Builder zone) throws Ext4Exception {
    Superblock superblock = table.superblock();
    if (superblock.groups() > MOST_GROUPS) {
      throw new Ext4UnsupportedException(
          "size", superblock.groups() + " block groups are more than can be written");
    }
    GroupState state = new GroupState((int) superblock.groups());
    long arrived = 0;
    for (int group = 0; group < state.groups(); group++) {
      if (group == arrived) {
        arrived = table.readAhead(group);
      }
      GroupDescriptor descriptor = table.get(group);
      descriptor.checkWritable(superblock, group);
      state.take(group, descriptor);
      zone.add(superblock.layout().groupStart(group), superblock.layout().groupHeaderBlocks(group));
      zone.add(descriptor.blockBitmap(), 1);
      zone.add(descriptor.inodeBitmap(), 1);
      zone.add(descriptor.inodeTable(), superblock.layout().inodeTableBlocks());
    }
    return state;
  }

  private void take(int group, GroupDescriptor descriptor) {
    GroupCounts counts = descriptor.counts();
    unusedInodes[group] = counts.unusedInodes();
    flags[group] = (byte) counts.flags();
    blockChecksums[group] = descriptor.blockBitmapChecksum();
    inodeChecksums[group] = descriptor.inodeBitmapChecksum();
    addFreeBlocks(group, counts.freeBlocks());
    addFreeInodes(group, counts.freeInodes());
    addDirectories(group, counts.usedDirectories());
  }

  int groups() {
    return freeBlocks.length;
  }

  GroupCounts counts(int group) {
    return new GroupCounts(
        freeBlocks[group],
        freeInodes[group],
        usedDirectories[group],
        unusedInodes[group],
        flags[group]);
  }

  boolean has(int group, int flag) {
    return (flags[group] & flag) != 0;
  }

  void clear(int group, int flag) {
    flags[group] = (byte) (flags[group] & ~flag);
  }

  int freeBlocks(int group) {
    return freeBlocks[group];
  }

  long totalFreeBlocks() {
    return totalFreeBlocks;
  }

  void addFreeBlocks(int group, int count) {
    freeBlocks[group] += count;
    totalFreeBlocks += count;
  }

  int freeInodes(int group) {
    return freeInodes[group];
  }

  long totalFreeInodes() {
    return totalFreeInodes;
  }

  void addFreeInodes(int group, int count) {
    freeInodes[group] += count;
    totalFreeInodes += count;
  }

  int usedDirectories(int group) {
    return usedDirectories[group];
  }

  long totalDirectories() {
    return totalDirectories;
  }

  void addDirectories(int group, int count) {
    usedDirectories[group] += count;
    totalDirectories += count;
  }

  int unusedInodes(int group) {
    return unusedInodes[group];
  }

  void setUnusedInodes(int group, int count) {
    unusedInodes[group] = count;
  }

  /** The block bitmap's checksum as its group's descriptor has it. */
  int blockChecksum(int group) {
    return blockChecksums[group];
  }

  void setBlockChecksum(int group, int checksum) {
    blockChecksums[group] = checksum;
  }

  /** The inode bitmap's checksum as its group's descriptor has it. */
  int inodeChecksum(int group) {
    return inodeChecksums[group];
  }

  void setInodeChecksum(int group, int checksum) {
    inodeChecksums[group] = checksum;
  }
}
