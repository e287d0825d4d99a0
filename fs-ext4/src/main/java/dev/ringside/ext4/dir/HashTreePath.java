package dev.ringside.ext4.dir;

import dev.ringside.ext4.cache.CachedBlock;
import dev.ringside.ext4.error.Ext4CorruptedException;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.HashTreeNode;

/**
 * The way from the root of an index down to a leaf, with all its blocks held.
 *
 * <p>The root says how many levels there are, so a cycle among the nodes ends at a leaf.
 */
final class HashTreePath implements AutoCloseable {
  private static final int MAX_LEVELS = 3;
  private static final int CONTINUED = 1;

  private final DirectoryBlocks blocks;
  private final CachedBlock[] held = new CachedBlock[MAX_LEVELS];
  private final HashTreeNode[] nodes = new HashTreeNode[MAX_LEVELS];
  private final int[] entries = new int[MAX_LEVELS];
  private final int levels;
  private int heldCount;
  private long leavesVisited;

  /** Begins at the root. */
  HashTreePath(DirectoryBlocks blocks) throws Ext4Exception, DamagedIndexException {
    this.blocks = blocks;
    try {
      hold(blocks.root(), true);
    } catch (Ext4CorruptedException damage) {
      throw new DamagedIndexException(damage);
    }
    this.levels = nodes[0].indirectLevels() + 1;
  }

  private void hold(CachedBlock block, boolean root) {
    held[heldCount] = block;
    nodes[heldCount] = root ? HashTreeNode.root(block.bytes()) : HashTreeNode.node(block.bytes());
    heldCount++;
  }

  private void releaseTo(int count) {
    while (heldCount > count) {
      heldCount--;
      held[heldCount].close();
    }
  }

  /** How many levels of the index there are, the root among them. */
  int levels() {
    return levels;
  }

  /** The node of a level; 0 is the root. */
  HashTreeNode node(int level) {
    return nodes[level];
  }

  CachedBlock block(int level) {
    return held[level];
  }

  /** The entry that the way takes in the node of a level. */
  int entry(int level) {
    return entries[level];
  }

  /** Goes to the first leaf that can hold a hash. */
  void descend(int hash) throws Ext4Exception, DamagedIndexException {
    leavesVisited = 1;
    entries[0] = nodes[0].search(hash);
    releaseTo(1);
    for (int level = 1; level < levels; level++) {
      holdBelow(level);
      entries[level] = nodes[level].search(hash);
    }
  }

  /** Holds the node that the entry taken one level above leads to. */
  private void holdBelow(int level) throws Ext4Exception, DamagedIndexException {
    try {
      hold(blocks.node(nodes[level - 1].block(entries[level - 1])), false);
    } catch (Ext4CorruptedException damage) {
      throw new DamagedIndexException(damage);
    }
  }

  /** The directory's block of names that the way leads to. */
  long leaf() throws DamagedIndexException {
    long leaf = nodes[levels - 1].block(entries[levels - 1]);
    if (leaf >= blocks.count()) {
      throw damaged("its index leads to block %d of %d".formatted(leaf, blocks.count()));
    }
    return leaf;
  }

  private DamagedIndexException damaged(String what) {
    return new DamagedIndexException(blocks.corrupted(what));
  }

  /** Goes to the next leaf; says whether there is one. */
  boolean advance() throws Ext4Exception, DamagedIndexException {
    int level = levelOfNext();
    if (level < 0) {
      return false;
    }
    if (leavesVisited == blocks.count()) {
      throw damaged("its hash tree has more leaves than the directory has blocks");
    }
    leavesVisited++;
    entries[level]++;
    releaseTo(level + 1);
    for (int below = level + 1; below < levels; below++) {
      holdBelow(below);
      entries[below] = 0;
    }
    return true;
  }

  /** Goes to the next leaf if names of a hash go on there. */
  boolean advanceWithin(int hash) throws Ext4Exception, DamagedIndexException {
    int level = levelOfNext();
    return level >= 0 && (nodes[level].hash(entries[level] + 1) & ~CONTINUED) == hash && advance();
  }

  /** Whether the next leaf begins with more names of the hash that this one ends with. */
  boolean nextContinues() {
    int level = levelOfNext();
    return level >= 0 && (nodes[level].hash(entries[level] + 1) & CONTINUED) != 0;
  }

  /** Whether there is a leaf behind this one. */
  boolean hasNext() {
    return levelOfNext() >= 0;
  }

  /** The hash that the next leaf, which there is, starts at. */
  int nextHash() {
    int level = levelOfNext();
    return nodes[level].hash(entries[level] + 1) & ~CONTINUED;
  }

  /** The hash that this leaf starts at. */
  int hash() {
    int level = levels - 1;
    while (level > 0 && entries[level] == 0) {
      level--;
    }
    return nodes[level].hash(entries[level]) & ~CONTINUED;
  }

  private int levelOfNext() {
    int level = levels - 1;
    while (level >= 0 && entries[level] + 1 == nodes[level].count()) {
      level--;
    }
    return level;
  }

  @Override
  public void close() {
    releaseTo(0);
  }
}
