package dev.ringside.ext4.alloc;

import dev.ringside.ext4.format.FileType;
import dev.ringside.ext4.format.Superblock;

/** In which group a new file's inode is best. */
final class InodePlacement {
  private static final int NONE = -1;

  private final Superblock superblock;
  private final GroupState state;

  InodePlacement(Superblock superblock, GroupState state) {
    this.superblock = superblock;
    this.state = state;
  }

  /** A group with a free inode, or -1. */
  int groupFor(FileType type, long parent) {
    int parentGroup = (int) ((parent - 1) / superblock.inodesPerGroup());
    if (state.totalFreeInodes() == 0) {
      return NONE;
    }
    if (type != FileType.DIRECTORY) {
      return near(parentGroup);
    }
    int group = parent == Superblock.ROOT_INODE ? withFewDirectories() : withRoomNear(parentGroup);
    return group == NONE ? near(parentGroup) : group;
  }

  /** The next group that has an inode, and if possible blocks for its content. */
  private int near(int start) {
    int groups = state.groups();
    int withoutBlocks = NONE;
    for (int i = 0; i < groups; i++) {
      int group = start + i < groups ? start + i : start + i - groups;
      if (state.freeInodes(group) > 0) {
        if (state.freeBlocks(group) > 0) {
          return group;
        }
        withoutBlocks = withoutBlocks == NONE ? group : withoutBlocks;
      }
    }
    return withoutBlocks;
  }

  /** The group with the fewest directories of those with room above the average. */
  private int withFewDirectories() {
    int best = NONE;
    for (int group = 0; group < state.groups(); group++) {
      if (hasAverageRoom(group)
          && (best == NONE || state.usedDirectories(group) < state.usedDirectories(best))) {
        best = group;
      }
    }
    return best;
  }

  private boolean hasAverageRoom(int group) {
    long groups = state.groups();
    return state.freeInodes(group) > 0
        && state.freeInodes(group) * groups >= state.totalFreeInodes()
        && state.freeBlocks(group) * groups >= state.totalFreeBlocks();
  }

  /** The next group that is not crowded by directories, and has some room for their files. */
  private int withRoomNear(int start) {
    int groups = state.groups();
    long mostDirectories = state.totalDirectories() / groups + superblock.inodesPerGroup() / 16 + 1;
    long leastInodes = state.totalFreeInodes() / groups / 4;
    long leastBlocks = state.totalFreeBlocks() / groups / 4;
    for (int i = 0; i < groups; i++) {
      int group = start + i < groups ? start + i : start + i - groups;
      if (state.freeInodes(group) > leastInodes
          && state.freeBlocks(group) >= leastBlocks
          && state.usedDirectories(group) < mostDirectories) {
        return group;
      }
    }
    return NONE;
  }
}
