package dev.ringside.ext4.journal;

import dev.ringside.ext4.cache.BlockSeal;
import dev.ringside.ext4.cache.CachedBlock;
import dev.ringside.ext4.cache.DiskIo;
import dev.ringside.ext4.cache.IoBatch;
import dev.ringside.ext4.cache.MetadataCache;
import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4Exception;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A filesystem without a journal, as ext2 is: changed blocks stay in the cache until somebody asks
 * for them to last, and then go home in one batch, sorted by their place. A crash in between leaves
 * what only e2fsck can mend.
 */
public final class NoJournal implements Transactions {
  private final MetadataCache cache;
  private final DiskIo io;
  private final int blockSize;
  private final IoBatch dataBatch;
  private final IoBatch blockBatch;
  private final Set<DeferredMetadata> deferred = new LinkedHashSet<>();
  private final Set<OrderedData> ordered = new LinkedHashSet<>();
  private final List<CachedBlock> writing = new ArrayList<>();

  /** Counts up with every write-back, so that a transaction is what happens between two. */
  private int transaction = 1;

  private boolean aborted;
  private boolean frozen;

  /** Changed blocks of {@code cache} go to the disk of {@code io}. */
  public NoJournal(MetadataCache cache, DiskIo io, int blockSize) {
    this.cache = cache;
    this.io = io;
    this.blockSize = blockSize;
    this.dataBatch = io.batch();
    this.blockBatch = io.batch();
    cache.relieveWith(this::writeBlocks);
  }

  private final class PlainHandle implements Handle {
    private final boolean reserve;
    private final List<Runnable> after = new ArrayList<>();

    PlainHandle(boolean reserve) {
      this.reserve = reserve;
    }

    @Override
    public void change(CachedBlock block, BlockSeal seal) {
      block.markDirty(seal);
    }

    @Override
    public void forget(long block) {
      cache.drop(block);
    }

    @Override
    public void defer(DeferredMetadata metadata) {
      deferred.add(metadata);
    }

    @Override
    public void order(OrderedData data) {
      ordered.add(data);
    }

    @Override
    public void afterCommit(Runnable action) {
      after.add(action);
    }

    @Override
    public boolean ensureCredits(int credits) {
      return false;
    }

    @Override
    public int transaction() {
      return transaction;
    }

    @Override
    public boolean mayUseReserve() {
      return reserve;
    }

    @Override
    public void close() {
      after.forEach(Runnable::run);
      after.clear();
    }
  }

  @Override
  public Handle start(int credits, boolean mayUseReserve) throws Ext4Exception {
    if (aborted) {
      throw new Ext4Exception(Errno.EROFS, "filesystem", "it was stopped after an error");
    }
    if (frozen) {
      throw new IllegalStateException("frozen");
    }
    return new PlainHandle(mayUseReserve);
  }

  @Override
  public boolean commit(int wanted) throws Ext4Exception {
    return !isCommitted(wanted) && commitAll();
  }

  @Override
  public boolean isCommitted(int wanted) {
    return wanted - transaction < 0;
  }

  @Override
  public boolean commitAll() throws Ext4Exception {
    if (aborted) {
      throw new Ext4Exception(Errno.EIO, "filesystem", "it was stopped after an error");
    }
    for (OrderedData data : List.copyOf(ordered)) {
      data.writeInto(dataBatch);
    }
    ordered.clear();
    io.await(dataBatch);
    try (PlainHandle handle = new PlainHandle(true)) {
      while (!deferred.isEmpty()) {
        DeferredMetadata next = deferred.iterator().next();
        deferred.remove(next);
        next.writeInto(handle);
      }
    }
    writeBlocks();
    io.flush(blockBatch);
    io.await(blockBatch);
    transaction++;
    return true;
  }

  /** Writes every changed block home. */
  private void writeBlocks() throws Ext4Exception {
    cache.forEachDirty(writing::add);
    writing.sort(Comparator.comparingLong(CachedBlock::number));
    try {
      for (CachedBlock block : writing) {
        block.seal();
        io.write(blockBatch, block.number() * blockSize, block.address(), blockSize);
      }
      io.await(blockBatch);
      writing.forEach(CachedBlock::markClean);
    } finally {
      writing.clear();
    }
  }

  @Override
  public void poll() throws Ext4Exception {
    io.poll();
  }

  @Override
  public void abort(Throwable cause) {
    aborted = true;
  }

  @Override
  public void stop() {
    aborted = true;
  }

  @Override
  public void freeze() throws Ext4Exception {
    commitAll();
    frozen = true;
  }

  @Override
  public void thaw() {
    frozen = false;
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
    if (!aborted) {
      commitAll();
    }
  }
}
