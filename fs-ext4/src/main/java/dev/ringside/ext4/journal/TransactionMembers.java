package dev.ringside.ext4.journal;

import dev.ringside.ext4.cache.CachedBlock;
import dev.ringside.ext4.cache.MetadataCache;
import dev.ringside.ext4.error.Ext4CorruptedException;
import dev.ringside.ext4.error.Ext4Exception;

/**
 * Takes blocks into the running transaction when they are changed, and out of it, or into it as
 * forgotten ones, when they are freed. {@link JournaledBlock} says what a block can belong to.
 */
final class TransactionMembers {
  private final Journal journal;
  private final MetadataCache cache;
  private final LogSpace space;
  private final Commit commit;
  private final Checkpoint checkpoint;

  TransactionMembers(
      Journal journal, MetadataCache cache, LogSpace space, Commit commit, Checkpoint checkpoint) {
    this.journal = journal;
    this.cache = cache;
    this.space = space;
    this.commit = commit;
    this.checkpoint = checkpoint;
  }

  /** Takes in a block that is about to change; it waits until the disk has read what it was. */
  void join(Transaction transaction, CachedBlock block) throws Ext4Exception {
    if (block.attachment() instanceof JournaledBlock written) {
      awaitWrites(written);
    }
    // A block that came home just now is not remembered any more.
    JournaledBlock journaled;
    if (block.attachment() instanceof JournaledBlock known) {
      journaled = known;
    } else {
      journaled = new JournaledBlock(block, journal);
      block.attach(journaled);
    }
    transaction.cancelRevoke(block.number());
    if (journaled.running == transaction) {
      transaction.remember(journaled);
    } else {
      transaction.addChanged(journaled);
    }
  }

  /** Returns when the disk does not read a block's memory any more. */
  void awaitWrites(JournaledBlock journaled) throws Ext4Exception {
    if (journaled.committing != null) {
      commit.awaitCopies();
    }
    checkpoint.awaitHome(journaled);
  }

  /**
   * Revokes a block that is freed, and drops it from the cache unless an older transaction has a
   * claim to it.
   *
   * @throws Ext4CorruptedException when the log has no room for the revoke
   */
  void forget(Transaction transaction, long number) throws Ext4Exception {
    transaction.revoke(number);
    if (space.needed(transaction.size(), transaction.revoked()) > space.free()) {
      throw new Ext4CorruptedException("journal", "the log has no room for revokes");
    }
    try (CachedBlock block = cache.peek(number)) {
      if (block == null) {
        return;
      }
      if (block.attachment() instanceof JournaledBlock journaled
          && isKept(transaction, journaled)) {
        return;
      }
    }
    cache.drop(number);
  }

  /** Whether a forgotten block has to stay, because older transactions have a claim to it. */
  private static boolean isKept(Transaction transaction, JournaledBlock journaled) {
    boolean claimed = journaled.committing != null || journaled.checkpoint != null;
    if (journaled.running == null) {
      transaction.addForgotten(journaled);
      return true;
    }
    if (claimed) {
      if (!journaled.forgotten) {
        transaction.forget(journaled);
      }
      return true;
    }
    if (journaled.forgotten) {
      // What had a claim to it went home since.
      return true;
    }
    transaction.remove(journaled);
    journaled.block.attach(null);
    journaled.block.markClean();
    return false;
  }
}
