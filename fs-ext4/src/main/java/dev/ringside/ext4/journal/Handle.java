package dev.ringside.ext4.journal;

import dev.ringside.ext4.cache.BlockSeal;
import dev.ringside.ext4.cache.CachedBlock;
import dev.ringside.ext4.error.Ext4Exception;

/**
 * One operation's part of a transaction: everything that is changed under a handle reaches the disk
 * together or not at all.
 *
 * <pre>{@code
 * try (Handle handle = transactions.start(credits)) {
 *   handle.change(block, seal);
 *   block.bytes().set(...);
 * }
 * }</pre>
 *
 * <p>A handle is used by one task, and one handle is open at a time. Nothing is undone when an
 * operation fails in the middle: it checks before it changes, or calls {@link Transactions#abort}.
 */
public interface Handle extends AutoCloseable {
  /**
   * Announces a change to a metadata block, before the change. The block may be let go after it.
   *
   * @param seal computes the block's checksum when it leaves the cache
   */
  void change(CachedBlock block, BlockSeal seal) throws Ext4Exception;

  /**
   * Says that a block holds no metadata any more, because it was freed: what was changed in it goes
   * nowhere, and recovery must not bring an older copy of it back. Nobody may hold the block.
   */
  void forget(long block) throws Ext4Exception;

  /**
   * Puts off work until the transaction commits: an inode that changes a hundred times is written
   * into its block once. Costs one credit the first time in a transaction.
   */
  void defer(DeferredMetadata metadata);

  /** Says that a file's dirty content must be on the disk before this transaction is. */
  void order(OrderedData data);

  /** Runs an action once the transaction can not be lost any more. */
  void afterCommit(Runnable action);

  /**
   * Makes sure of room for so many more blocks in the transaction. When there is none, what was
   * done so far becomes a transaction of its own, and the handle goes on in the next one: the
   * filesystem must be sound here, as with the inode of a truncated file on the orphan list.
   *
   * @return whether a new transaction was begun
   */
  boolean ensureCredits(int credits) throws Ext4Exception;

  /** Number of the transaction, as {@link Transactions#commit} takes it. */
  int transaction();

  /** Whether blocks that are reserved for the superuser may be allocated. */
  boolean mayUseReserve();

  /** Ends the operation. Its changes are in memory; {@link Transactions#commit} makes them last. */
  @Override
  void close();
}
