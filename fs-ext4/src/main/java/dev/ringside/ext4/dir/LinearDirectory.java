package dev.ringside.ext4.dir;

import dev.ringside.ext4.cache.CachedBlock;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.ByteString;
import dev.ringside.ext4.format.DirectoryBlock;
import dev.ringside.ext4.format.DirectoryEntry;
import dev.ringside.ext4.format.FileType;
import dev.ringside.ext4.journal.Handle;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A directory without an index, or with one of no use: every block holds names, in no order. */
final class LinearDirectory {
  private static final char UNKNOWN = Character.MAX_VALUE;

  private final DirectoryBlocks blocks;
  private final UnindexedBlocks unindexed;

  /**
   * For each block that was looked at, no less than the longest room in it, so that room for a name
   * is not looked for where there is none.
   */
  private char[] room = {};

  LinearDirectory(DirectoryBlocks blocks) {
    this.blocks = blocks;
    this.unindexed = new UnindexedBlocks(blocks);
  }

  UnindexedBlocks unindexed() {
    return unindexed;
  }

  @Nullable DirectoryEntry lookup(ByteString name) throws Ext4Exception {
    for (long index = 0; index < blocks.count(); index++) {
      try (CachedBlock leaf = unindexed.get(index)) {
        DirectoryEntry entry = leaf == null ? null : blocks.names(leaf).find(name);
        if (entry != null) {
          return entry;
        }
      }
    }
    return null;
  }

  boolean isEmpty() throws Ext4Exception {
    for (long index = 0; index < blocks.count(); index++) {
      try (CachedBlock leaf = unindexed.get(index)) {
        if (leaf != null && !blocks.names(leaf).isEmpty()) {
          return false;
        }
      }
    }
    return true;
  }

  /** Adds a name where there is room; false when there is none in any block. */
  boolean addWithin(Handle handle, ByteString name, long inode, FileType type)
      throws Ext4Exception {
    int needed = DirectoryBlock.entryLength(name.length());
    int count = Math.toIntExact(blocks.count());
    knowRoomOf(count);
    for (int index = 0; index < count; index++) {
      if (room[index] >= needed && addTo(handle, index, name, inode, type)) {
        return true;
      }
    }
    return false;
  }

  private void knowRoomOf(int count) {
    int known = room.length;
    if (known < count) {
      room = Arrays.copyOf(room, Math.max(count, known * 2));
      Arrays.fill(room, known, room.length, UNKNOWN);
    }
  }

  private boolean addTo(Handle handle, int index, ByteString name, long inode, FileType type)
      throws Ext4Exception {
    try (CachedBlock leaf = blocks.leaf(index)) {
      DirectoryBlock names = blocks.names(leaf);
      int largest = names.largestRoom();
      boolean fits = largest >= DirectoryBlock.entryLength(name.length());
      if (fits) {
        blocks.changeLeaf(handle, leaf);
        names.insert(name, inode, type);
      }
      room[index] = (char) Math.min(largest, UNKNOWN - 1);
      return fits;
    }
  }

  /** Adds a name in a new block at the end. */
  void addBehind(Handle handle, ByteString name, long inode, FileType type) throws Ext4Exception {
    try (CachedBlock leaf = blocks.appendLeaf(handle)) {
      blocks.names(leaf).insert(name, inode, type);
    }
  }

  /** Removes a name; false when there is none. */
  boolean remove(Handle handle, ByteString name) throws Ext4Exception {
    for (long index = 0; index < blocks.count(); index++) {
      try (CachedBlock leaf = blocks.leaf(index)) {
        DirectoryBlock names = blocks.names(leaf);
        if (names.find(name) != null) {
          blocks.changeLeaf(handle, leaf);
          names.remove(name);
          if (index < room.length) {
            room[(int) index] = UNKNOWN;
          }
          return true;
        }
      }
    }
    return false;
  }

  /** Makes a name lead to another inode; false when there is none. */
  boolean replace(Handle handle, ByteString name, long inode, FileType type) throws Ext4Exception {
    for (long index = 0; index < blocks.count(); index++) {
      try (CachedBlock leaf = blocks.leaf(index)) {
        DirectoryBlock names = blocks.names(leaf);
        if (names.find(name) != null) {
          blocks.changeLeaf(handle, leaf);
          names.replace(name, inode, type);
          return true;
        }
      }
    }
    return false;
  }
}
