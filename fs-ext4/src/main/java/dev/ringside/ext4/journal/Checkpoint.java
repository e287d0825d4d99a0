package dev.ringside.ext4.journal;

import dev.ringside.ext4.cache.CachedBlock;
import dev.ringside.ext4.cache.DiskIo;
import dev.ringside.ext4.cache.IoBatch;
import dev.ringside.ext4.cache.MetadataCache;
import dev.ringside.ext4.error.Ext4Exception;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Brings blocks of committed transactions home, and gives the log's space back. A block belongs to
 * the last transaction that committed it, so many commits of a block become one write, and a block
 * that is changed all the time never stands in the way of old transactions.
 *
 * <pre>
 *  WRITING     blocks go home, in the order of the disk
 *  FLUSHING    they are durable before ...
 *  MOVING      ... the journal's superblock says that recovery begins behind them
 *  SETTLING    and with that durable, the space may be used again
 * </pre>
 */
final class Checkpoint {
  private enum Stage {
    IDLE,
    WRITING,
    FLUSHING,
    MOVING,
    SETTLING
  }

  private static final Comparator<JournaledBlock> BY_PLACE =
      Comparator.comparingLong(journaled -> journaled.block.number());

  private final DiskIo io;
  private final MetadataCache cache;
  private final LogSpace space;
  private final LogTail tail;
  private final int blockSize;
  private final IoBatch batch;

  /** Committed transactions whose space in the log is not given back, the oldest first. */
  private final ArrayDeque<Transaction> transactions = new ArrayDeque<>();

  private final List<JournaledBlock> writing = new ArrayList<>();
  private Stage stage = Stage.IDLE;

  /** How many of the oldest transactions are given up by the move that is under way. */
  private int leaving;

  /** Nothing is committed. */
  Checkpoint(DiskIo io, MetadataCache cache, LogSpace space, LogTail tail, int blockSize) {
    this.io = io;
    this.cache = cache;
    this.space = space;
    this.tail = tail;
    this.blockSize = blockSize;
    this.batch = io.batch();
  }

  boolean isActive() {
    return stage != Stage.IDLE;
  }

  /** Whether the log holds a committed transaction. */
  boolean isEmpty() {
    return transactions.isEmpty();
  }

  /** Takes a transaction over that was committed just now. */
  void add(Transaction committed) throws Ext4Exception {
    transactions.add(committed);
    for (JournaledBlock journaled : committed.blocks) {
      journaled.committing = null;
      if (journaled.forgottenByCommit) {
        giveUp(journaled);
      } else {
        release(journaled);
        journaled.checkpoint = committed;
        journaled.checkpointIndex = committed.homeless.size();
        committed.homeless.add(journaled);
      }
    }
    committed.blocks.clear();
  }

  /** A block was freed, and that is committed: from now on it may be anybody's. */
  private void giveUp(JournaledBlock journaled) throws Ext4Exception {
    journaled.forgottenByCommit = false;
    awaitHome(journaled);
    release(journaled);
    if (journaled.running == null) {
      CachedBlock block = journaled.block;
      block.attach(null);
      block.markClean();
      if (!block.isHeld()) {
        cache.drop(block.number());
      }
    }
  }

  /** Takes a block from the transaction that waits for it to go home. */
  private static void release(JournaledBlock journaled) {
    Transaction owner = journaled.checkpoint;
    if (owner != null) {
      JournaledBlock last = owner.homeless.removeLast();
      if (last != journaled) {
        owner.homeless.set(journaled.checkpointIndex, last);
        last.checkpointIndex = journaled.checkpointIndex;
      }
      journaled.checkpoint = null;
    }
  }

  /** Returns when no write of a block to its home is under way. */
  void awaitHome(JournaledBlock journaled) throws Ext4Exception {
    if (journaled.goingHome) {
      io.await(batch);
      arrived();
    }
  }

  /**
   * Begins to write blocks of the oldest transactions home.
   *
   * @param wanted how many blocks of the log to give back, if it can be done
   * @return whether there was something to do
   */
  boolean begin(long wanted) throws Ext4Exception {
    long found = 0;
    for (Transaction transaction : transactions) {
      if (found >= wanted) {
        break;
      }
      for (JournaledBlock journaled : transaction.homeless) {
        if (journaled.isSettled()) {
          writing.add(journaled);
        }
      }
      found += transaction.logBlocks;
    }
    Transaction oldest = transactions.peek();
    if (oldest == null || (writing.isEmpty() && !oldest.homeless.isEmpty())) {
      return false;
    }
    writing.sort(BY_PLACE);
    for (JournaledBlock journaled : writing) {
      journaled.goingHome = true;
      CachedBlock block = journaled.block;
      io.write(batch, block.number() * blockSize, block.address(), blockSize);
    }
    stage = Stage.WRITING;
    io.start(batch);
    return true;
  }

  /** Moves on as far as it goes without waiting; {@code newest} is as for {@link #finish}. */
  void advance(Newest newest) throws Ext4Exception {
    while (stage != Stage.IDLE && batch.isDone()) {
      next(newest);
    }
  }

  /**
   * Returns when nothing is under way any more.
   *
   * @param newest where recovery begins when no committed transaction is left
   */
  void finish(Newest newest) throws Ext4Exception {
    while (stage != Stage.IDLE) {
      next(newest);
    }
  }

  /** The first transaction that is not committed. */
  interface Newest {
    /** Its number. */
    int id();

    /** Where it begins in the log, or will. */
    long logStart();
  }

  private void next(Newest newest) throws Ext4Exception {
    io.await(batch);
    switch (stage) {
      case IDLE -> {}
      case WRITING -> {
        arrived();
        leaving = 0;
        for (Transaction transaction : transactions) {
          if (!transaction.homeless.isEmpty()) {
            break;
          }
          leaving++;
        }
        if (leaving == 0) {
          stage = Stage.IDLE;
        } else {
          io.flush(batch);
          begin(Stage.FLUSHING);
        }
      }
      case FLUSHING -> {
        Transaction oldest = afterLeaving();
        if (oldest == null) {
          tail.moveTo(newest.logStart(), newest.id(), batch);
        } else {
          tail.moveTo(oldest.logStart, oldest.id, batch);
        }
        begin(Stage.MOVING);
      }
      case MOVING -> {
        io.flush(batch);
        begin(Stage.SETTLING);
      }
      case SETTLING -> {
        stage = Stage.IDLE;
        for (int i = 0; i < leaving; i++) {
          space.release(transactions.remove().logBlocks);
        }
      }
    }
  }

  /** The oldest transaction that stays; null when none does. */
  private @Nullable Transaction afterLeaving() {
    int index = 0;
    for (Transaction transaction : transactions) {
      if (index == leaving) {
        return transaction;
      }
      index++;
    }
    return null;
  }

  private void begin(Stage following) throws Ext4Exception {
    stage = following;
    io.start(batch);
  }

  /** The writes have ended; does nothing when that was noted. */
  private void arrived() {
    for (JournaledBlock journaled : writing) {
      journaled.goingHome = false;
      release(journaled);
      if (journaled.isSettled()) {
        journaled.block.attach(null);
        journaled.block.markClean();
      }
    }
    writing.clear();
  }

  /** Waits for what is under way, whatever becomes of it; nothing is begun any more. */
  void abandon() {
    stage = Stage.IDLE;
    Draining.drain(io, batch);
  }
}
