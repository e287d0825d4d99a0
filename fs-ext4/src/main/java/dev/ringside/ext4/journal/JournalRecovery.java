package dev.ringside.ext4.journal;

import dev.ringside.ext4.error.Ext4CorruptedException;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.error.Ext4UnsupportedException;
import dev.ringside.ext4.format.Crc32BigEndian;
import dev.ringside.ext4.format.FastCommitTag;
import dev.ringside.ext4.format.JournalBlock;
import dev.ringside.ext4.format.JournalCommit;
import dev.ringside.ext4.format.JournalFeature;
import dev.ringside.ext4.format.JournalRevokes;
import dev.ringside.ext4.format.JournalSuperblock;
import dev.ringside.ext4.format.JournalTags;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Reads a log: which transactions were committed, which blocks they wrote, and which of those a
 * later transaction revoked.
 *
 * <p>The log is walked twice. The first time finds where it ends: a transaction counts when its
 * commit block is there and sound, and all before it count. Behind the last one lies what an older
 * round of the log left, which has other sequence numbers or an earlier time. The first walk also
 * gathers the revokes, which must be known before any copy is taken. The second one takes the
 * copies; of several of a block, the last.
 *
 * <p>What the log says is not trusted: every walk ends after as many blocks as the log has, and a
 * copy for a block that the filesystem does not have is damage.
 */
public final class JournalRecovery {
  private final JournalSuperblock journal;
  private final JournalLog log;
  private final long filesystemBlocks;

  /** The last transaction that revoked a block, as an unsigned 32-bit number, by the block. */
  private final BlockTable revokes = new BlockTable();

  private final BlockTable copies = new BlockTable();
  private final Crc32BigEndian transactionChecksum = new Crc32BigEndian();
  private int transactions;
  private long revoked;

  private JournalRecovery(JournalSuperblock journal, JournalLog log, long filesystemBlocks) {
    this.journal = journal;
    this.log = log;
    this.filesystemBlocks = filesystemBlocks;
  }

  /**
   * What the log holds that the filesystem does not. Nothing is written.
   *
   * @param filesystemBlocks how many blocks the filesystem has
   * @throws Ext4CorruptedException when a committed transaction is damaged
   * @throws Ext4UnsupportedException when there are fast commits behind the last transaction
   */
  public static RecoveredBlocks read(
      JournalSuperblock journal, JournalLog log, long filesystemBlocks) throws Ext4Exception {
    JournalRecovery recovery = new JournalRecovery(journal, log, filesystemBlocks);
    if (journal.needsRecovery()) {
      recovery.findEnd();
      recovery.checkNoFastCommits();
      recovery.takeCopies();
    }
    return new RecoveredBlocks(
        recovery.copies,
        recovery.transactions,
        recovery.revoked,
        journal.sequence() + recovery.transactions);
  }

  /** A place in the log that moves on and wraps, but not for ever. */
  private final class Cursor {
    private long block = journal.start();
    private long left = journal.end() - journal.first();

    boolean isAtEnd() {
      return left <= 0;
    }

    /** The block here; the cursor goes on behind it. */
    long take() {
      long taken = block;
      skip(1);
      return taken;
    }

    void skip(long count) {
      left -= count;
      block += count;
      if (block >= journal.end()) {
        block -= journal.end() - journal.first();
      }
    }
  }

  private int sequenceOf(int transaction) {
    return journal.sequence() + transaction;
  }

  /** The block here if it is one of the transaction's own; null where the log ends. */
  private @Nullable JournalBlock own(MemorySegment block, int transaction) {
    JournalBlock kind = JournalBlock.of(block);
    return kind != null && JournalBlock.sequence(block) == sequenceOf(transaction) ? kind : null;
  }

  private void findEnd() throws Ext4Exception {
    Cursor cursor = new Cursor();
    long lastCommit = Long.MIN_VALUE;
    boolean damaged = false;
    BlockTable pending = new BlockTable();
    transactionChecksum.reset();
    while (!cursor.isAtEnd()) {
      MemorySegment block = log.block(cursor.take());
      switch (own(block, transactions)) {
        case DESCRIPTOR -> {
          damaged |= !JournalBlock.hasSoundTail(block, journal);
          addToChecksum(block);
          skipCopies(cursor, copyOf(block));
        }
        case REVOKE -> {
          if (JournalBlock.hasSoundTail(block, journal)) {
            gather(pending, block);
          } else {
            damaged = true;
          }
        }
        case COMMIT -> {
          JournalCommit commit = new JournalCommit(block);
          boolean older = commit.seconds() < lastCommit;
          if (damaged && !older) {
            throw new Ext4CorruptedException(
                "journal", "transaction %s is damaged".formatted(name(transactions)));
          }
          if (damaged || !isSound(commit)) {
            return;
          }
          lastCommit = commit.seconds();
          keep(pending);
          pending = new BlockTable();
          transactionChecksum.reset();
          transactions++;
        }
        case SUPERBLOCK_V1, SUPERBLOCK_V2 -> {
          return;
        }
        case null -> {
          return;
        }
      }
    }
  }

  private boolean isSound(JournalCommit commit) {
    return commit.isSound(journal) && commit.matches(journal, transactionChecksum);
  }

  private String name(int transaction) {
    return Integer.toUnsignedString(sequenceOf(transaction));
  }

  /** The copies count, too, when a commit has a checksum over its transaction. */
  private void skipCopies(Cursor cursor, MemorySegment descriptor) throws Ext4Exception {
    JournalTags tags = new JournalTags(descriptor, journal);
    boolean summed = journal.has(JournalFeature.CHECKSUM);
    while (tags.next() && !cursor.isAtEnd()) {
      long copy = cursor.take();
      if (summed) {
        addToChecksum(log.block(copy));
      }
    }
  }

  private void addToChecksum(MemorySegment block) {
    if (journal.has(JournalFeature.CHECKSUM)) {
      transactionChecksum.add(block);
    }
  }

  private void gather(BlockTable pending, MemorySegment block) throws Ext4CorruptedException {
    JournalRevokes list = new JournalRevokes(block, journal);
    for (int i = 0; i < list.count(); i++) {
      long revokedBlock = list.block(i);
      // One that is not on the disk cannot have a copy, either.
      if (revokedBlock >= 0 && revokedBlock < filesystemBlocks) {
        pending.put(revokedBlock, transactions);
      }
    }
  }

  private void keep(BlockTable pending) {
    for (long block : pending.sortedBlocks()) {
      revokes.put(block, pending.get(block));
    }
  }

  /** Behind the last transaction there may be smaller commits, in a format of their own. */
  private void checkNoFastCommits() throws Ext4Exception {
    if (journal.has(JournalFeature.FAST_COMMIT)
        && FastCommitTag.isHeadOf(log.block(journal.end()), sequenceOf(transactions))) {
      throw new Ext4UnsupportedException(
          JournalFeature.FAST_COMMIT.label(),
          "the journal ends in fast commits; run e2fsck on the image first");
    }
  }

  private void takeCopies() throws Ext4Exception {
    Cursor cursor = new Cursor();
    int transaction = 0;
    while (transaction < transactions) {
      MemorySegment block = log.block(cursor.take());
      switch (own(block, transaction)) {
        case DESCRIPTOR -> takeCopies(cursor, transaction, copyOf(block));
        case COMMIT -> transaction++;
        case REVOKE -> {}
        case SUPERBLOCK_V1, SUPERBLOCK_V2 -> throw changed(transaction);
        case null -> throw changed(transaction);
      }
    }
  }

  private Ext4CorruptedException changed(int transaction) {
    return new Ext4CorruptedException(
        "journal", "transaction %s is not what it was".formatted(name(transaction)));
  }

  /** The log's window moves on while the tags are walked. */
  private static MemorySegment copyOf(MemorySegment block) {
    MemorySegment copy = MemorySegment.ofArray(new byte[(int) block.byteSize()]);
    copy.copyFrom(block);
    return copy;
  }

  private void takeCopies(Cursor cursor, int transaction, MemorySegment descriptor)
      throws Ext4Exception {
    JournalTags tags = new JournalTags(descriptor, journal);
    while (tags.next()) {
      long copy = cursor.take();
      long block = tags.block();
      if (isRevoked(block, transaction)) {
        revoked++;
        continue;
      }
      if (block < 0 || block >= filesystemBlocks) {
        throw new Ext4CorruptedException(
            "journal",
            "transaction %s writes block %s of %d"
                .formatted(name(transaction), Long.toUnsignedString(block), filesystemBlocks));
      }
      if (journal.hasBlockChecksums() && !tags.matches(log.block(copy))) {
        throw new Ext4CorruptedException(
            "journal",
            "transaction %s has a wrong checksum in its copy of block %d"
                .formatted(name(transaction), block));
      }
      copies.put(block, RecoveredBlocks.entry(log.place(copy), tags.isEscaped()));
    }
  }

  /** In this transaction or a later one. */
  private boolean isRevoked(long block, int transaction) {
    return block >= 0 && revokes.get(block) >= transaction;
  }
}
