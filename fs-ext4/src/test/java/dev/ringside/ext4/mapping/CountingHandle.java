package dev.ringside.ext4.mapping;

import dev.ringside.ext4.cache.BlockSeal;
import dev.ringside.ext4.cache.CachedBlock;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.journal.DeferredMetadata;
import dev.ringside.ext4.journal.Handle;
import dev.ringside.ext4.journal.OrderedData;
import java.util.HashSet;
import java.util.Set;

/** A handle that counts which blocks are changed, between two demands for credits. */
final class CountingHandle implements Handle {
  private final Handle handle;
  private final Set<Object> changed = new HashSet<>();
  private int granted = Integer.MAX_VALUE;
  private int mostOverdrawn = Integer.MIN_VALUE;

  CountingHandle(Handle handle) {
    this.handle = handle;
  }

  /** How many blocks were changed, counting what is deferred as one each. */
  int blocks() {
    return changed.size();
  }

  /** By how many blocks more was changed than was asked for, at most; negative if less. */
  int mostOverdrawn() {
    return Math.max(mostOverdrawn, changed.size() - granted);
  }

  @Override
  public void change(CachedBlock block, BlockSeal seal) throws Ext4Exception {
    changed.add(block.number());
    handle.change(block, seal);
  }

  @Override
  public void forget(long block) throws Ext4Exception {
    changed.remove(block);
    handle.forget(block);
  }

  @Override
  public void defer(DeferredMetadata metadata) {
    changed.add(metadata);
    handle.defer(metadata);
  }

  @Override
  public void order(OrderedData data) {
    handle.order(data);
  }

  @Override
  public void afterCommit(Runnable action) {
    handle.afterCommit(action);
  }

  @Override
  public boolean ensureCredits(int credits) throws Ext4Exception {
    if (granted != Integer.MAX_VALUE) {
      mostOverdrawn = Math.max(mostOverdrawn, changed.size() - granted);
    }
    changed.clear();
    granted = credits;
    return handle.ensureCredits(credits);
  }

  @Override
  public int transaction() {
    return handle.transaction();
  }

  @Override
  public boolean mayUseReserve() {
    return handle.mayUseReserve();
  }

  @Override
  public void close() {
    handle.close();
  }
}
