package dev.ringside.ext4.journal;

import dev.ringside.ext4.cache.BlockSeal;
import dev.ringside.ext4.cache.CachedBlock;
import dev.ringside.ext4.error.Ext4Exception;
import org.jspecify.annotations.Nullable;

/**
 * The handle of a {@link Journal}, used again by one operation after the other. What is done often
 * is done here; what a block goes through the first time in a transaction, the journal does.
 */
final class JournalHandle implements Handle {
  private final Journal journal;
  private @Nullable Transaction transaction;
  private boolean reserve;

  /** How many more blocks may be put into the transaction. */
  private int left;

  JournalHandle(Journal journal) {
    this.journal = journal;
  }

  boolean isOpen() {
    return transaction != null;
  }

  void open(Transaction joined, int credits, boolean mayUseReserve) {
    transaction = joined;
    left = credits;
    reserve = mayUseReserve;
  }

  /** Goes on in another transaction, or with more credits. */
  void goOn(Transaction joined, int credits) {
    transaction = joined;
    left = credits;
  }

  /** How many credits are left. */
  int left() {
    return left;
  }

  private Transaction joined() {
    Transaction current = transaction;
    if (current == null) {
      throw new IllegalStateException("the handle is closed");
    }
    return current;
  }

  @Override
  public void change(CachedBlock block, BlockSeal seal) throws Ext4Exception {
    Transaction current = joined();
    boolean known =
        block.attachment() instanceof JournaledBlock journaled
            && journaled.running == current
            && !journaled.forgotten;
    if (!known) {
      journal.join(current, block);
      spend();
    }
    block.markDirty(seal);
  }

  private void spend() {
    left--;
    if (left < 0) {
      throw new IllegalStateException("the operation changes more blocks than it said");
    }
  }

  @Override
  public void forget(long block) throws Ext4Exception {
    journal.forget(joined(), block);
  }

  @Override
  public void defer(DeferredMetadata metadata) {
    if (joined().deferred.add(metadata)) {
      spend();
    }
  }

  @Override
  public void order(OrderedData data) {
    if (journal.mode() == DataMode.ORDERED) {
      joined().ordered.add(data);
    }
  }

  @Override
  public void afterCommit(Runnable action) {
    joined().actions.add(action);
  }

  @Override
  public boolean ensureCredits(int credits) throws Ext4Exception {
    return left < credits && journal.extend(this, joined(), credits);
  }

  @Override
  public int transaction() {
    return joined().id;
  }

  @Override
  public boolean mayUseReserve() {
    return reserve;
  }

  @Override
  public void close() {
    transaction = null;
  }
}
