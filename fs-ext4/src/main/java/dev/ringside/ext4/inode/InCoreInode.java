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

  private final InodeTable table;
  private final Inode inode;
  private boolean dirty;
  private int transaction = NO_TRANSACTION;
  private int references;
  private @Nullable InodeContent content;

  /** An inode that was read, or is new and will be written. */
  InCoreInode(InodeTable table, Inode inode) {
    this.table = table;
    this.inode = inode;
  }

  @Override
  public Inode inode() {
    return inode;
  }

  /** Its number, from 1 on. */
  public long number() {
    return inode.number();
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

  /** Whether it may be forgotten and read again. */
  boolean isEvictable() {
    return references == 0 && !dirty && (content == null || !content.isDirty());
  }

  /** Lets what is cached of its content go. */
  void evicted() {
    if (content != null) {
      content.drop();
    }
  }
}
