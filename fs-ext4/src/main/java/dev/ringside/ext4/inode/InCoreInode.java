package dev.ringside.ext4.inode;

import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.Inode;
import dev.ringside.ext4.journal.DeferredMetadata;
import dev.ringside.ext4.journal.Handle;
import dev.ringside.ext4.mapping.MappedFile;
import org.jspecify.annotations.Nullable;

/**
 * An inode as it is used: there is one for each file, whoever opens it and however often. It
 * changes here, and is written to the inode table when the transaction commits.
 */
public final class InCoreInode implements MappedFile, DeferredMetadata {
  private static final int NO_TRANSACTION = 0;

  /** For {@link #orphanSlot}: not in the orphan file. */
  static final long NO_SLOT = -1;

  final InodeTable table;
  final Inode inode;
  final long number;
  private boolean dirty;
  private int transaction = NO_TRANSACTION;
  private int references;
  private @Nullable InodeContent content;
  private @Nullable InodeUse use;

  /** The next one in the cache's bucket, and the neighbours in its order. */
  @Nullable InCoreInode sameBucket;

  @Nullable InCoreInode newer;
  @Nullable InCoreInode older;

  /** Whether it was asked for since it was last considered for eviction. */
  boolean lately;

  /** Whether it is on the orphan list, and between whom: the one before it was added later. */
  boolean onOrphanList;

  @Nullable InCoreInode orphanBefore;
  @Nullable InCoreInode orphanBehind;

  /** Where it stands in the orphan file. */
  long orphanSlot = NO_SLOT;

  /** An inode that was read, or is new and will be written. */
  InCoreInode(InodeTable table, Inode inode) {
    this.table = table;
    this.inode = inode;
    this.number = inode.number();
  }

  @Override
  public Inode inode() {
    return inode;
  }

  /** Its number, from 1 on. */
  public long number() {
    return number;
  }

  @Override
  public void changed(Handle handle) {
    dirty = true;
    transaction = handle.transaction();
    handle.defer(this);
  }

  @Override
  public void writeInto(Handle handle) throws Ext4Exception {
    if (dirty) {
      table.write(handle, inode);
      dirty = false;
    }
  }

  /** The last transaction that changed it; 0 when none did since it was read. */
  public int transaction() {
    return transaction;
  }

  /** Keeps the object: an open file does. Every user calls {@link #release}. */
  public void acquire() {
    references++;
  }

  /** Ends one use; says whether it was the last. */
  public boolean release() {
    if (references == 0) {
      throw new IllegalStateException("inode " + number() + " is used by nobody");
    }
    references--;
    return references == 0;
  }

  /** How many use it. */
  public int references() {
    return references;
  }

  /** What is cached of its content, or null. */
  public @Nullable InodeContent content() {
    return content;
  }

  /** Remembers what is cached of its content. */
  public void attach(InodeContent cached) {
    content = cached;
  }

  /** What is remembered about its use, or null. */
  public @Nullable InodeUse use() {
    return use;
  }

  /** Remembers something about its use, as long as it stays in the cache. */
  public void remember(InodeUse remembered) {
    use = remembered;
  }

  /** Whether a mount after a crash would finish with it. */
  public boolean isOrphan() {
    return onOrphanList || orphanSlot != NO_SLOT;
  }

  /** Whether it may be forgotten and read again. */
  boolean isEvictable() {
    return references == 0 && !dirty && !isOrphan() && (content == null || !content.isDirty());
  }

  /** Lets what is cached of its content go. */
  void evicted() {
    if (content != null) {
      content.drop();
    }
  }
}
