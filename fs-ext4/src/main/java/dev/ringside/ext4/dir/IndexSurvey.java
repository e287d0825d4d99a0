package dev.ringside.ext4.dir;

import dev.ringside.ext4.cache.CachedBlock;
import dev.ringside.ext4.error.Ext4CorruptedException;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.HashTreeNode;
import java.util.BitSet;

/**
 * What can be told of a directory's index without reading a name: whether it leads to each other
 * block of the directory exactly once, in the order of hashes, and which blocks it says are nodes.
 */
final class IndexSurvey {
  /** More blocks than any index leads to in practice; their bits take 2 MiB. */
  private static final long MAX_BLOCKS = 1 << 24;

  private final DirectoryBlocks blocks;
  private final BitSet nodes = new BitSet();
  private final BitSet leaves = new BitSet();
  private boolean sound = true;

  private IndexSurvey(DirectoryBlocks blocks) {
    this.blocks = blocks;
  }

  /** Reads the index as far as it can be read. */
  static IndexSurvey of(DirectoryBlocks blocks) throws Ext4Exception {
    IndexSurvey survey = new IndexSurvey(blocks);
    if (blocks.count() > MAX_BLOCKS) {
      survey.sound = false;
      return survey;
    }
    try (CachedBlock root = blocks.root()) {
      HashTreeNode node = HashTreeNode.root(root.bytes());
      survey.visit(node, node.indirectLevels(), 0, -1);
    } catch (Ext4CorruptedException damage) {
      survey.sound = false;
    }
    survey.sound &= 1 + survey.nodes.cardinality() + survey.leaves.cardinality() == blocks.count();
    return survey;
  }

  /**
   * Visits a node and those below it.
   *
   * @param levels how many levels of nodes are below it
   * @param start the hash that it starts at
   * @param end the hash that what is behind it starts at, -1 when nothing is
   */
  private void visit(HashTreeNode node, int levels, int start, int end) throws Ext4Exception {
    int last = node.count() - 1;
    if (last > 0
        && (Integer.compareUnsigned(node.hash(1), start) < 0
            || Integer.compareUnsigned(node.hash(last), end) > 0)) {
      sound = false;
    }
    for (int i = 0; i <= last; i++) {
      long block = node.block(i);
      if (block >= blocks.count() || nodes.get((int) block) || leaves.get((int) block)) {
        sound = false;
      } else if (levels == 0) {
        leaves.set((int) block);
      } else {
        nodes.set((int) block);
        visitBelow(
            block, levels - 1, i == 0 ? start : node.hash(i), i < last ? node.hash(i + 1) : end);
      }
    }
  }

  private void visitBelow(long block, int levels, int start, int end) throws Ext4Exception {
    try (CachedBlock below = blocks.node(block)) {
      visit(HashTreeNode.node(below.bytes()), levels, start, end);
    } catch (Ext4CorruptedException damage) {
      sound = false;
    }
  }

  /** Whether nothing is wrong with the index. */
  boolean isSound() {
    return sound;
  }

  /** Whether the index says that a block, whatever is in it, is one of its nodes. */
  boolean isNode(long block) {
    return block <= MAX_BLOCKS && nodes.get((int) block);
  }
}
