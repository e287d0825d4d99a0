package dev.ringside.ext4.journal;

import dev.ringside.ext4.cache.DiskIo;
import dev.ringside.ext4.cache.IoBatch;
import dev.ringside.ext4.error.Ext4Exception;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Brings one transaction at a time into the log, in stages that are moved on when the requests of
 * the one before have ended:
 *
 * <pre>
 *  LOGGING        file content to its place; descriptors, copies and revokes to the log
 *  FLUSHING_LOG   all of that is durable before ...
 *  COMMITTING     ... the commit block is written
 *  FLUSHING       and with that durable, the transaction is committed
 * </pre>
 *
 * <p>A disk without a volatile cache needs no flushes; those stages end at once.
 */
final class Commit {
  private enum Stage {
    IDLE,
    LOGGING,
    FLUSHING_LOG,
    COMMITTING,
    FLUSHING
  }

  /** Takes a transaction over that cannot be lost any more. */
  @FunctionalInterface
  interface Committed {
    /** Called once for each transaction, in their order. */
    void committed(Transaction transaction) throws Ext4Exception;
  }

  private final DiskIo io;
  private final LogWriter log;
  private final LogSpace space;
  private final LogTail tail;
  private final InstantSource time;
  private final Committed committed;
  private final IoBatch data;
  private final IoBatch batch;
  private Stage stage = Stage.IDLE;
  private @Nullable Transaction transaction;
  private long commitPosition;

  /** Nothing is being committed. {@code committed} is called when a transaction is. */
  Commit(
      DiskIo io,
      LogWriter log,
      LogSpace space,
      LogTail tail,
      InstantSource time,
      Committed committed) {
    this.io = io;
    this.log = log;
    this.space = space;
    this.tail = tail;
    this.time = time;
    this.committed = committed;
    this.data = io.batch();
    this.batch = io.batch();
  }

  /** The transaction that is being committed, or null. */
  @Nullable Transaction transaction() {
    return transaction;
  }

  boolean isActive() {
    return transaction != null;
  }

  /** Begins with a transaction that nobody changes any more. The log has room for it. */
  void begin(Transaction next) throws Ext4Exception {
    transaction = next;
    stage = Stage.LOGGING;
    for (OrderedData ordered : List.copyOf(next.ordered)) {
      ordered.writeInto(data);
    }
    io.start(data);
    next.logStart = space.head();
    if (tail.isEmpty()) {
      tail.moveTo(next.logStart, next.id, batch);
    }
    long free = space.free();
    log.write(next, batch);
    commitPosition = space.take();
    next.logBlocks = free - space.free();
    for (JournaledBlock block : next.blocks) {
      block.running = null;
      block.committing = next;
      block.forgottenByCommit = block.forgotten;
      block.forgotten = false;
    }
    io.start(batch);
  }

  /** Moves on as far as it goes without waiting. */
  void advance() throws Ext4Exception {
    while (transaction != null && data.isDone() && batch.isDone()) {
      next(transaction);
    }
  }

  /** Returns when nothing is being committed any more. */
  void finish() throws Ext4Exception {
    while (transaction != null) {
      next(transaction);
    }
  }

  /** Returns when the disk has read all blocks that go into the log. */
  void awaitCopies() throws Ext4Exception {
    if (stage == Stage.LOGGING) {
      io.await(batch);
    }
  }

  /** Waits for the stage, and begins the next one. */
  private void next(Transaction current) throws Ext4Exception {
    io.await(data);
    io.await(batch);
    switch (stage) {
      case IDLE -> {}
      case LOGGING -> {
        io.flush(batch);
        begin(Stage.FLUSHING_LOG);
      }
      case FLUSHING_LOG -> {
        log.writeCommit(current.id, time.instant(), commitPosition, batch);
        begin(Stage.COMMITTING);
      }
      case COMMITTING -> {
        io.flush(batch);
        begin(Stage.FLUSHING);
      }
      case FLUSHING -> {
        stage = Stage.IDLE;
        transaction = null;
        committed.committed(current);
      }
    }
  }

  private void begin(Stage following) throws Ext4Exception {
    stage = following;
    io.start(batch);
  }

  /** Waits for what is under way, whatever becomes of it; nothing is begun any more. */
  void abandon() {
    stage = Stage.IDLE;
    Draining.drain(io, data);
    Draining.drain(io, batch);
  }
}
