package dev.ringside.ext4.dir;

import dev.ringside.ext4.cache.CachedBlock;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.HashTreeNode;

/**
 * A place among the leaves of a hashed directory: which entry was taken in the root and in each
 * node below it. No block is held between two calls.
 *
 * <p>The root says how many levels there are, so a cycle among the nodes ends at a leaf; and no
 * more leaves are visited than the directory has blocks.
 */
final class HashTreeWalk {
  private static final int LOWEST_HASH = 0;

  private final DirectoryBlocks blocks;
  private long[] nodes = {};
  private int[] entries = {};
  private long leaf;
  private int startHash;
  private long leavesVisited;

  HashTreeWalk(DirectoryBlocks blocks) {
    this.blocks = blocks;
  }

  /** Goes to the first leaf that can hold a hash. */
  void seek(int hash) throws Ext4Exception {
    try (CachedBlock block = blocks.root()) {
      int levels = HashTreeNode.root(block.bytes()).indirectLevels() + 1;
      nodes = new long[levels];
      entries = new int[levels];
    }
    leavesVisited = 0;
    descend(0, 0, hash);
  }

  /** Goes to the first leaf of all. */
  void seekFirst() throws Ext4Exception {
    seek(LOWEST_HASH);
  }

  /** From a node at a level down to a leaf, by a hash. */
  private void descend(int fromLevel, long fromNode, int hash) throws Ext4Exception {
    long next = fromNode;
    for (int level = fromLevel; level < nodes.length; level++) {
      try (CachedBlock block = node(level, next)) {
        HashTreeNode node = view(level, block);
        int entry = node.search(hash);
        nodes[level] = next;
        entries[level] = entry;
        if (entry > 0) {
          startHash = node.hash(entry);
        }
        next = node.block(entry);
      }
    }
    arriveAt(next);
  }

  private void arriveAt(long block) throws Ext4Exception {
    leavesVisited++;
    if (leavesVisited > blocks.count()) {
      throw blocks.corrupted("its hash tree has more leaves than the directory has blocks");
    }
    leaf = block;
  }

  /** Goes to the next leaf; says whether there is one. */
  boolean advance() throws Ext4Exception {
    for (int level = nodes.length - 1; level >= 0; level--) {
      try (CachedBlock block = node(level, nodes[level])) {
        HashTreeNode node = view(level, block);
        if (entries[level] + 1 < node.count()) {
          entries[level]++;
          startHash = node.hash(entries[level]);
          descend(level + 1, node.block(entries[level]), LOWEST_HASH);
          return true;
        }
      }
    }
    return false;
  }

  private CachedBlock node(int level, long block) throws Ext4Exception {
    return level == 0 ? blocks.root() : blocks.node(block);
  }

  private static HashTreeNode view(int level, CachedBlock block) {
    return level == 0 ? HashTreeNode.root(block.bytes()) : HashTreeNode.node(block.bytes());
  }

  /** The directory's block that this place is at. */
  long leaf() {
    return leaf;
  }

  /** The hash that this leaf starts at, with the mark that the leaf before has more of it. */
  int startHash() {
    return startHash;
  }
}
