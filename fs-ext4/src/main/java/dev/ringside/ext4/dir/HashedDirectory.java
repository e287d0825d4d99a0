package dev.ringside.ext4.dir;

import dev.ringside.ext4.cache.CachedBlock;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.ByteString;
import dev.ringside.ext4.format.DirectoryBlock;
import dev.ringside.ext4.format.DirectoryEntry;
import dev.ringside.ext4.format.DirectoryHash;
import dev.ringside.ext4.format.FileType;
import dev.ringside.ext4.format.HashTreeNode;
import dev.ringside.ext4.format.HashVersion;
import dev.ringside.ext4.format.InodeFlag;
import dev.ringside.ext4.format.Superblock;
import dev.ringside.ext4.journal.Handle;
import org.jspecify.annotations.Nullable;

/** A directory with an index over the hashes of its names. */
final class HashedDirectory {
  private final DirectoryBlocks blocks;
  private final Superblock superblock;

  HashedDirectory(DirectoryBlocks blocks) {
    this.blocks = blocks;
    this.superblock = blocks.superblock();
  }

  DirectoryHash hash(ByteString name, HashVersion version) {
    return DirectoryHash.of(name, version, superblock.unsignedHash(), superblock.hashSeed());
  }

  @Nullable DirectoryEntry lookup(ByteString name) throws Ext4Exception, DamagedIndexException {
    try (HashTreePath path = new HashTreePath(blocks)) {
      DirectoryEntry dot = path.node(0).findDot(name);
      if (dot != null) {
        return dot;
      }
      int hash = descend(path, name);
      do {
        try (CachedBlock leaf = blocks.leaf(path.leaf())) {
          DirectoryEntry entry = blocks.names(leaf).find(name);
          if (entry != null) {
            return entry;
          }
        }
      } while (path.advanceWithin(hash));
      return null;
    }
  }

  private int descend(HashTreePath path, ByteString name)
      throws Ext4Exception, DamagedIndexException {
    int hash = hash(name, path.node(0).hashVersion()).major();
    path.descend(hash);
    return hash;
  }

  /**
   * Adds a name.
   *
   * @param splitting whether its leaf is split first even if it has room
   */
  void add(Handle handle, ByteString name, long inode, FileType type, boolean splitting)
      throws Ext4Exception, DamagedIndexException {
    while (!addOrGrow(handle, name, inode, type, splitting)) {}
  }

  /** Adds a name, or makes room in the index for one more leaf; says which. */
  private boolean addOrGrow(
      Handle handle, ByteString name, long inode, FileType type, boolean splitting)
      throws Ext4Exception, DamagedIndexException {
    try (HashTreePath path = new HashTreePath(blocks)) {
      int hash = descend(path, name);
      try (CachedBlock leaf = blocks.leaf(path.leaf())) {
        DirectoryBlock names = blocks.names(leaf);
        if (!splitting && names.largestRoom() >= DirectoryBlock.entryLength(name.length())) {
          blocks.changeLeaf(handle, leaf);
          names.insert(name, inode, type);
          return true;
        }
        if (path.node(path.levels() - 1).isFull()) {
          growIndex(handle, path);
          return false;
        }
        LeafSplit split = LeafSplit.of(names, this, path.node(0).hashVersion());
        if (!split.isPossible()) {
          blocks.changeLeaf(handle, leaf);
          split.keepAll();
          names.insert(name, inode, type);
          return true;
        }
        split(handle, path, leaf, split, hash, name, inode, type);
        return true;
      }
    }
  }

  private void split(
      Handle handle,
      HashTreePath path,
      CachedBlock lower,
      LeafSplit split,
      int hash,
      ByteString name,
      long inode,
      FileType type)
      throws Ext4Exception {
    int level = path.levels() - 1;
    long added = blocks.count();
    try (CachedBlock upper = blocks.appendLeaf(handle)) {
      blocks.changeLeaf(handle, lower);
      changeNode(handle, path, level);
      split.moveUpperHalf(blocks.names(upper));
      path.node(level).insert(path.entry(level) + 1, split.upperHash(), added);
      boolean goesUp = Integer.compareUnsigned(hash, split.firstUpperHash()) >= 0;
      if (!blocks.names(goesUp ? upper : lower).insert(name, inode, type)) {
        throw blocks.corrupted("no room in half a leaf for " + name);
      }
    }
  }

  private void changeNode(Handle handle, HashTreePath path, int level) throws Ext4Exception {
    if (level == 0) {
      blocks.changeRoot(handle, path.block(0));
    } else {
      blocks.changeNode(handle, path.block(level));
    }
  }

  /**
   * Makes room on the way to a full lowest node: splits the highest of the full nodes that has a
   * parent with room, or adds a level under the root.
   */
  private void growIndex(Handle handle, HashTreePath path) throws Ext4Exception {
    int level = path.levels() - 1;
    while (level > 0 && path.node(level - 1).isFull()) {
      level--;
    }
    if (level == 0 && path.levels() > HashTreeNode.maxIndirectLevels(superblock)) {
      throw blocks.noSpace("its index is full, with %d levels".formatted(path.levels()));
    }
    long added = blocks.count();
    try (CachedBlock block = blocks.appendNode(handle)) {
      HashTreeNode node = HashTreeNode.node(block.bytes());
      changeNode(handle, path, level);
      if (level == 0) {
        path.node(0).moveDownInto(node, added);
      } else {
        changeNode(handle, path, level - 1);
        int hash = path.node(level).splitInto(node);
        path.node(level - 1).insert(path.entry(level - 1) + 1, hash, added);
      }
    }
  }

  /** Removes a name; false when there is none. */
  boolean remove(Handle handle, ByteString name) throws Ext4Exception, DamagedIndexException {
    try (CachedBlock leaf = leafOf(name)) {
      if (leaf == null) {
        return false;
      }
      blocks.changeLeaf(handle, leaf);
      return blocks.names(leaf).remove(name);
    }
  }

  /** The leaf that has a name, held, or null when none has. */
  private @Nullable CachedBlock leafOf(ByteString name)
      throws Ext4Exception, DamagedIndexException {
    try (HashTreePath path = new HashTreePath(blocks)) {
      int hash = descend(path, name);
      do {
        try (CachedBlock leaf = blocks.leaf(path.leaf())) {
          if (blocks.names(leaf).find(name) != null) {
            return leaf.hold();
          }
        }
      } while (path.advanceWithin(hash));
      return null;
    }
  }

  /** Makes a name, perhaps {@code ..}, lead to another inode; false when there is none. */
  boolean replace(Handle handle, ByteString name, long inode, FileType type)
      throws Ext4Exception, DamagedIndexException {
    try (HashTreePath path = new HashTreePath(blocks)) {
      DirectoryEntry dot = path.node(0).findDot(name);
      if (dot != null) {
        blocks.changeRoot(handle, path.block(0));
        path.node(0).setDot(name, inode);
        return true;
      }
    }
    try (CachedBlock leaf = leafOf(name)) {
      if (leaf == null) {
        return false;
      }
      blocks.changeLeaf(handle, leaf);
      return blocks.names(leaf).replace(name, inode, type);
    }
  }

  /**
   * Gives an index to a linear directory of one block: the block's names move to a second one.
   *
   * @return false when the block does not begin as the root of an index has to
   */
  boolean index(Handle handle) throws Ext4Exception {
    try (CachedBlock first = blocks.leaf(0)) {
      DirectoryBlock names = blocks.names(first);
      if (!names.startsWithDots()) {
        return false;
      }
      long added = blocks.count();
      try (CachedBlock leaf = blocks.appendLeaf(handle)) {
        blocks.changeRoot(handle, first);
        blocks.names(leaf).fillFrom(names, LeafSplit.offsetsBehindDots(names));
        HashTreeNode.formatRoot(first.bytes(), superblock, superblock.defaultHashVersion(), added);
      }
      blocks.inode().set(InodeFlag.INDEX, true);
      blocks.inodeChanged(handle);
      return true;
    }
  }
}
