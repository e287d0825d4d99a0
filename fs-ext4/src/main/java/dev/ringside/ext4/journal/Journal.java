package dev.ringside.ext4.journal;

import dev.ringside.ext4.cache.CachedBlock;
import dev.ringside.ext4.cache.DiskIo;
import dev.ringside.ext4.cache.DiskReader;
import dev.ringside.ext4.cache.IoBatch;
import dev.ringside.ext4.cache.MetadataCache;
import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4CorruptedException;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.error.Ext4UnsupportedException;
import dev.ringside.ext4.format.JournalSuperblock;
import dev.ringside.ext4.format.Superblock;
import org.jspecify.annotations.Nullable;

/**
 * The journal of a filesystem that is written. Operations join the running transaction; {@link
 * Commit} brings one transaction at a time into the log, {@link Checkpoint} brings committed blocks
 * home when space is wanted. The three go on at the same time, and none has a thread: {@link #poll}
 * moves them on.
 *
 * <p>Invariants: the log always has room for all that the running transaction holds and for the
 * credits of the open handle. A running transaction has at most half of the cache's blocks, so
 * committing and checkpointing can always make room there.
 *
 * <p>After a failure nothing is written any more but the error number in the journal's superblock.
 */
public final class Journal implements Transactions {
  /** How many blocks the cache should have at least, so that every operation fits. */
  public static final int LEAST_CACHE_BLOCKS = 256;

  private final MetadataCache cache;
  private final DiskIo io;
  private final JournalOptions options;
  private final LogSpace space;
  private final LogTail tail;
  private final LogWriter log;
  private final Commit commit;
  private final Checkpoint checkpoint;
  private final TransactionMembers members;
  private final RecoveryFlag flag;
  private final JournalHandle handle = new JournalHandle(this);

  /** For metadata that writes itself when its transaction commits. */
  private final JournalHandle deferredHandle = new JournalHandle(this);

  private final int mostCopies;
  private @Nullable Transaction running;
  private int nextId;

  /** No operation may begin: the running transaction is on its way to the log. */
  private boolean locked;

  /** Something was committed since a checkpoint was last thought of. */
  private boolean checkpointMayHelp;

  /** The disk says that it is not mounted. */
  private boolean frozen;

  private boolean aborted;
  private boolean closed;

  private Journal(
      JournalSuperblock journal,
      LogPlaces places,
      Superblock superblock,
      MetadataCache cache,
      DiskIo io,
      JournalOptions options) {
    int blockSize = superblock.blockSize();
    this.cache = cache;
    this.io = io;
    this.options = options;
    this.nextId = journal.sequence();
    this.space = new LogSpace(journal, blockSize);
    this.mostCopies = Math.min(space.mostCopies(), cache.capacity() / 2);
    this.tail = new LogTail(io, journal, places.of(0), blockSize);
    this.log = new LogWriter(io, journal, space, places, blockSize);
    this.checkpoint = new Checkpoint(io, cache, space, tail, blockSize);
    this.commit = new Commit(io, log, space, tail, options.time(), this::committed);
    this.members = new TransactionMembers(this, cache, space, commit, checkpoint);
    this.flag = new RecoveryFlag(superblock, cache, io);
  }

  /**
   * Opens the journal of a filesystem that is going to be written, and says in the superblock that
   * it has to be recovered from now on. A journal that lacks what a filesystem with checksums or
   * 64-bit block numbers wants gets it.
   *
   * @param file of the journal, which holds nothing to recover
   * @param fileBlocks that it has
   * @param cache whose changed blocks go through the journal
   * @throws Ext4CorruptedException when the journal is damaged, or has to be recovered first
   * @throws Ext4UnsupportedException when it is too small, or of the first version
   */
  public static Journal open(
      JournalFile file,
      long fileBlocks,
      Superblock superblock,
      MetadataCache cache,
      DiskReader reader,
      JournalOptions options)
      throws Ext4Exception {
    JournalSuperblock journal =
        JournalPreparation.read(file, fileBlocks, superblock, reader.io().device(), reader);
    JournalPreparation.upgrade(journal, superblock);
    LogPlaces places = LogPlaces.read(file, journal.end(), superblock);
    Journal opened = new Journal(journal, places, superblock, cache, reader.io(), options);
    try {
      IoBatch batch = reader.io().batch();
      opened.tail.write(batch);
      reader.io().await(batch);
      opened.flag.set(true);
    } catch (Ext4Exception failure) {
      opened.release();
      throw failure;
    }
    cache.relieveWith(opened::relieve);
    return opened;
  }

  /** What is done about the content of files. */
  public DataMode mode() {
    return options.mode();
  }

  /** How many blocks one operation may change at most. */
  public int maxCredits() {
    return mostCopies;
  }

  @Override
  public Handle start(int credits, boolean mayUseReserve) throws Ext4Exception {
    checkNotAborted();
    if (handle.isOpen() || locked || frozen) {
      throw new IllegalStateException("frozen, or another operation is under way");
    }
    if (credits > mostCopies) {
      throw tooLarge(credits);
    }
    handle.open(transactionFor(credits), credits, mayUseReserve);
    return handle;
  }

  private Ext4Exception tooLarge(int credits) {
    return new Ext4Exception(
        Errno.ENOSPC,
        "journal",
        "%d blocks are more than the %d of a transaction".formatted(credits, mostCopies));
  }

  /** The running transaction, with room for so many blocks more; a new one if need be. */
  private Transaction transactionFor(int credits) throws Ext4Exception {
    Transaction current = running;
    if (current != null && fits(current, credits)) {
      return current;
    }
    try {
      return makeRoom(credits);
    } catch (Ext4Exception failure) {
      throw stopped(failure);
    }
  }

  private boolean fits(Transaction transaction, int credits) {
    int copies = transaction.size() + credits;
    return copies <= mostCopies && space.needed(copies, transaction.revoked()) <= space.free();
  }

  private Transaction makeRoom(int credits) throws Ext4Exception {
    Transaction current = runningOrNew();
    while (!fits(current, credits)) {
      if (current.size() + credits > mostCopies) {
        // Many inodes share a block: written there they take less.
        writeDeferred(current);
        if (current.size() + credits > mostCopies - mostCopies / 8) {
          commitRunning();
        }
      } else if (!giveBack(space.needed(current.size() + credits, current.revoked()))) {
        if (commit.isActive()) {
          commit.finish();
        } else if (!current.isEmpty()) {
          commitRunning();
          commit.finish();
        } else {
          throw new Ext4CorruptedException("journal", "the log has no room for a transaction");
        }
      }
      current = runningOrNew();
    }
    return current;
  }

  private Transaction runningOrNew() {
    Transaction current = running;
    if (current == null) {
      current = new Transaction(nextId, io.device().clock().nanoTime());
      nextId++;
      running = current;
    }
    return current;
  }

  /** Checkpoints until something of the log was given back; false when nothing can be. */
  private boolean giveBack(long wanted) throws Ext4Exception {
    long before = space.free();
    checkpoint.finish(newest);
    if (space.free() == before && checkpoint.begin(Math.max(wanted, space.size() / 2))) {
      checkpoint.finish(newest);
    }
    return space.free() > before;
  }

  private final Checkpoint.Newest newest =
      new Checkpoint.Newest() {
        @Override
        public int id() {
          Transaction committing = commit.transaction();
          Transaction current = running;
          if (committing != null) {
            return committing.id;
          }
          return current != null ? current.id : nextId;
        }

        @Override
        public long logStart() {
          Transaction committing = commit.transaction();
          return committing != null ? committing.logStart : space.head();
        }
      };

  /** A block is changed by a transaction that does not have it. */
  void join(Transaction transaction, CachedBlock block) throws Ext4Exception {
    checkNotAborted();
    try {
      members.join(transaction, block);
    } catch (Ext4Exception failure) {
      throw stopped(failure);
    }
  }

  private void checkNotAborted() throws Ext4Exception {
    if (aborted) {
      throw new Ext4Exception(Errno.EROFS, "journal", "it was stopped after an error");
    }
  }

  /** Returns when the disk does not read a block's memory any more. */
  void awaitWrites(JournaledBlock journaled) throws Ext4Exception {
    try {
      members.awaitWrites(journaled);
    } catch (Ext4Exception failure) {
      throw stopped(failure);
    }
  }

  /** A block is freed, and revoked, by a transaction. */
  void forget(Transaction transaction, long number) throws Ext4Exception {
    checkNotAborted();
    try {
      members.forget(transaction, number);
    } catch (Ext4Exception failure) {
      throw stopped(failure);
    }
  }

  /** Gives a handle more credits; says whether it had to go on in a new transaction. */
  boolean extend(JournalHandle asking, Transaction transaction, int credits) throws Ext4Exception {
    checkNotAborted();
    if (credits > mostCopies) {
      throw tooLarge(credits);
    }
    if (fits(transaction, credits)) {
      asking.goOn(transaction, credits);
      return false;
    }
    try {
      commitRunning();
    } catch (Ext4Exception failure) {
      throw stopped(failure);
    }
    asking.goOn(transactionFor(credits), credits);
    return true;
  }

  /** Begins to commit the running transaction, once the one before it is committed. */
  private void commitRunning() throws Ext4Exception {
    Transaction current = running;
    if (current == null) {
      return;
    }
    commit.finish();
    writeDeferred(current);
    locked = true;
    try {
      while (space.needed(current.copies(), current.revoked()) > space.free()) {
        if (!giveBack(space.needed(current.copies(), current.revoked()))) {
          throw new Ext4CorruptedException("journal", "the log has no room for a transaction");
        }
      }
      running = null;
      commit.begin(current);
    } finally {
      locked = false;
    }
  }

  private void writeDeferred(Transaction transaction) throws Ext4Exception {
    if (transaction.deferred.isEmpty()) {
      return;
    }
    locked = true;
    deferredHandle.open(transaction, Integer.MAX_VALUE, true);
    try {
      while (!transaction.deferred.isEmpty()) {
        DeferredMetadata next = transaction.deferred.iterator().next();
        transaction.deferred.remove(next);
        next.writeInto(deferredHandle);
      }
    } finally {
      deferredHandle.close();
      locked = false;
    }
  }

  private void committed(Transaction transaction) throws Ext4Exception {
    checkpoint.add(transaction);
    checkpointMayHelp = true;
    runActions(transaction);
  }

  private static void runActions(Transaction transaction) {
    transaction.actions.forEach(Runnable::run);
    transaction.actions.clear();
  }

  @Override
  public boolean commit(int transaction) throws Ext4Exception {
    Transaction current = running;
    Transaction committing = commit.transaction();
    if (current != null && current.id == transaction) {
      return commitAll();
    }
    if (committing != null && committing.id == transaction) {
      checkAlive();
      try {
        commit.finish();
      } catch (Ext4Exception failure) {
        throw stopped(failure);
      }
    }
    return false;
  }

  @Override
  public boolean commitAll() throws Ext4Exception {
    checkAlive();
    if (handle.isOpen()) {
      throw new IllegalStateException("an operation is under way");
    }
    try {
      Transaction current = running;
      boolean begun = current != null && !current.isEmpty();
      if (begun) {
        commitRunning();
      } else if (current != null) {
        runActions(current);
      }
      commit.finish();
      return begun;
    } catch (Ext4Exception failure) {
      throw stopped(failure);
    }
  }

  private void checkAlive() throws Ext4Exception {
    if (aborted) {
      throw new Ext4Exception(Errno.EIO, "journal", "it was stopped after an error");
    }
  }

  @Override
  public boolean isCommitted(int transaction) {
    Transaction current = running;
    Transaction committing = commit.transaction();
    boolean pending =
        (current != null && current.id == transaction)
            || (committing != null && committing.id == transaction);
    return !pending;
  }

  @Override
  public void poll() throws Ext4Exception {
    if (aborted || closed) {
      return;
    }
    try {
      if (io.device().inFlight() > 0) {
        io.poll();
      }
      commit.advance();
      checkpoint.advance(newest);
      Transaction current = running;
      if (current != null && !handle.isOpen() && !commit.isActive() && isDue(current)) {
        commitRunning();
      }
      if (checkpointMayHelp && !checkpoint.isActive() && isShortOfRoom()) {
        checkpointMayHelp = false;
        checkpoint.begin(space.size() / 2);
      }
    } catch (Ext4Exception failure) {
      throw stopped(failure);
    }
  }

  private boolean isDue(Transaction transaction) {
    return !transaction.isEmpty()
        && io.device().clock().nanoTime() - transaction.startedAt >= options.commitInterval();
  }

  private boolean isShortOfRoom() {
    return space.free() < space.size() / 2 || cache.evictable() < cache.capacity() / 4;
  }

  /** Makes room in the cache. An operation may be under way, and then its transaction stays. */
  private void relieve() throws Ext4Exception {
    checkAlive();
    try {
      commit.finish();
      checkpointAll();
      if (cache.evictable() == 0 && !handle.isOpen() && !locked && running != null) {
        commitRunning();
        commit.finish();
        checkpointAll();
      }
    } catch (Ext4Exception failure) {
      throw stopped(failure);
    }
  }

  /** Writes home all that is committed, and has not changed since. */
  private void checkpointAll() throws Ext4Exception {
    checkpoint.finish(newest);
    if (checkpoint.begin(Long.MAX_VALUE)) {
      checkpoint.finish(newest);
    }
  }

  private Ext4Exception stopped(Ext4Exception failure) {
    abort(failure);
    return failure;
  }

  @Override
  public void abort(Throwable cause) {
    if (aborted || closed) {
      return;
    }
    stop();
    IoBatch batch = io.batch();
    try {
      tail.fail(Errno.EIO.number(), batch);
      io.await(batch);
      io.flush(batch);
      io.await(batch);
    } catch (Ext4Exception unrecorded) {
      cause.addSuppressed(unrecorded);
    }
  }

  @Override
  public void stop() {
    if (!aborted && !closed) {
      aborted = true;
      commit.abandon();
      checkpoint.abandon();
    }
  }

  @Override
  public void freeze() throws Ext4Exception {
    if (!frozen) {
      commitAll();
      leaveEmpty();
      frozen = true;
    }
  }

  @Override
  public void thaw() throws Ext4Exception {
    if (frozen) {
      checkAlive();
      try {
        flag.set(true);
      } catch (Ext4Exception failure) {
        throw stopped(failure);
      }
      frozen = false;
    }
  }

  @Override
  public boolean isFrozen() {
    return frozen;
  }

  @Override
  public boolean isAborted() {
    return aborted;
  }

  @Override
  public void close() throws Ext4Exception {
    if (closed) {
      return;
    }
    try {
      if (!aborted) {
        freeze();
      }
    } finally {
      closed = true;
      release();
    }
  }

  private void leaveEmpty() throws Ext4Exception {
    try {
      checkpointAll();
      IoBatch batch = io.batch();
      io.flush(batch);
      io.await(batch);
      tail.clear(space.head(), newest.id(), batch);
      io.await(batch);
      io.flush(batch);
      io.await(batch);
      flag.set(false);
    } catch (Ext4Exception failure) {
      throw stopped(failure);
    }
  }

  private void release() {
    log.close();
    tail.close();
  }
}
