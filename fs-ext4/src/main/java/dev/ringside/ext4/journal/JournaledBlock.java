package dev.ringside.ext4.journal;

import dev.ringside.ext4.cache.BlockAttachment;
import dev.ringside.ext4.cache.CachedBlock;
import dev.ringside.ext4.error.Ext4Exception;
import org.jspecify.annotations.Nullable;

/**
 * The transactions that a cached block belongs to. There can be three at once:
 *
 * <pre>
 *  checkpoint     committed; the newest copy of the block that will stand for it is in this one's
 *                 part of the log, and the block has to go home before that part is given up
 *  committing     the block's copy goes into the log; its memory must not change meanwhile
 *  running        the block has changed, and must not go home before this one has committed
 * </pre>
 *
 * <p>A block that was freed stays in the running transaction as forgotten while it belongs to an
 * older one: nothing of it is written, and when the transaction has committed, the older ones have
 * no claim to it any more.
 */
final class JournaledBlock implements BlockAttachment {
  final CachedBlock block;
  private final Journal journal;

  @Nullable Transaction running;

  /** Where it stands in the running transaction. */
  int index;

  /** Whether the running transaction freed it. */
  boolean forgotten;

  @Nullable Transaction committing;

  /** Whether the committing transaction freed it. */
  boolean forgottenByCommit;

  @Nullable Transaction checkpoint;

  /** Where it stands in the list of {@link #checkpoint}. */
  int checkpointIndex;

  /** Whether a write to its home is under way. */
  boolean goingHome;

  JournaledBlock(CachedBlock block, Journal journal) {
    this.block = block;
    this.journal = journal;
  }

  @Override
  public void awaitWrites() throws Ext4Exception {
    journal.awaitWrites(this);
  }

  /** Whether its newest content is committed and may go home. */
  boolean isSettled() {
    return running == null && committing == null;
  }
}
