package dev.ringside.ext4.journal;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What is committed together: blocks, revokes, and what is to be done before and after the commit.
 */
final class Transaction {
  private static final long REVOKED = 1;
  private static final long CANCELLED = 0;

  /** The sequence number. */
  final int id;

  /** When the first operation joined, on the device's clock. */
  final long startedAt;

  /** What it changed or freed; each knows its index. */
  final List<JournaledBlock> blocks = new ArrayList<>();

  final Set<DeferredMetadata> deferred = new LinkedHashSet<>();
  final Set<OrderedData> ordered = new LinkedHashSet<>();
  final List<Runnable> actions = new ArrayList<>();

  /** Once committed: the blocks that have to go home before the log may lose this transaction. */
  final List<JournaledBlock> homeless = new ArrayList<>();

  private final BlockTable revokes = new BlockTable();
  private int revoked;

  /** How many of {@link #blocks} go into the log. */
  private int copies;

  /** Where it begins in the log, once it has been written there. */
  long logStart;

  /** How many blocks of the log it takes. */
  long logBlocks;

  Transaction(int id, long startedAt) {
    this.id = id;
    this.startedAt = startedAt;
  }

  /** How many blocks it will put into the log at most, deferred ones included. */
  int size() {
    return copies + deferred.size();
  }

  /** How many blocks go into the log. */
  int copies() {
    return copies;
  }

  /** How many blocks are revoked. */
  int revoked() {
    return revoked;
  }

  /** Whether there is nothing to write. */
  boolean isEmpty() {
    return blocks.isEmpty() && deferred.isEmpty() && ordered.isEmpty() && revoked == 0;
  }

  /** Takes in a block that was changed. */
  void addChanged(JournaledBlock block) {
    add(block);
    block.forgotten = false;
    copies++;
  }

  /** Takes in a block that was freed, and that older transactions have a claim to. */
  void addForgotten(JournaledBlock block) {
    add(block);
    block.forgotten = true;
  }

  private void add(JournaledBlock block) {
    block.running = this;
    block.index = blocks.size();
    blocks.add(block);
  }

  /** A block that was changed here is freed, but stays because of older transactions. */
  void forget(JournaledBlock block) {
    block.forgotten = true;
    copies--;
  }

  /** A block that was freed here is used again. */
  void remember(JournaledBlock block) {
    block.forgotten = false;
    copies++;
  }

  /** Takes a block that was changed here out again. */
  void remove(JournaledBlock block) {
    JournaledBlock last = blocks.removeLast();
    if (last != block) {
      blocks.set(block.index, last);
      last.index = block.index;
    }
    block.running = null;
    copies--;
  }

  /** Says that no copy of a block in this or an earlier transaction counts. */
  void revoke(long block) {
    if (revokes.get(block) != REVOKED) {
      revokes.put(block, REVOKED);
      revoked++;
    }
  }

  /** Says that the copy in this transaction counts after all. */
  void cancelRevoke(long block) {
    if (revoked > 0 && revokes.get(block) == REVOKED) {
      revokes.put(block, CANCELLED);
      revoked--;
    }
  }

  /** The revoked blocks, ascending. */
  long[] revokedBlocks() {
    long[] all = revokes.sortedBlocks();
    long[] found = new long[revoked];
    int count = 0;
    for (long block : all) {
      if (revokes.get(block) == REVOKED) {
        found[count] = block;
        count++;
      }
    }
    return found;
  }
}
