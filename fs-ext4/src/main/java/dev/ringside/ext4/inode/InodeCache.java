package dev.ringside.ext4.inode;

import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.Inode;
import org.jspecify.annotations.Nullable;

/**
 * The inodes that are in use or were lately. Between two calls of {@link #shrink} none goes away,
 * so that an operation may use those that it got without holding them; the cache grows over its
 * capacity meanwhile, and while more than that are open or changed.
 */
public final class InodeCache {
  /** How many inodes one call considers for eviction: an operation brings fewer than that. */
  private static final int EVICTION_STEPS = 64;

  private final InodeTable table;
  private final int capacity;
  private @Nullable InCoreInode[] buckets;
  private int count;
  private @Nullable InCoreInode oldest;
  private @Nullable InCoreInode newest;

  /**
   * An empty cache.
   *
   * @param capacity how many inodes to keep
   */
  public InodeCache(InodeTable table, int capacity) {
    this.table = table;
    this.capacity = capacity;
    this.buckets = new @Nullable InCoreInode[Integer.highestOneBit(Math.max(capacity, 16)) * 2];
  }

  /** The inode that a name leads to; failures as for {@link InodeTable#read}. */
  public InCoreInode get(long number) throws Ext4Exception {
    InCoreInode cached = peek(number);
    return cached != null ? cached : add(table.read(number));
  }

  /** An inode of the orphan list; failures as for {@link InodeTable#readOrphan}. */
  public InCoreInode getOrphan(long number) throws Ext4Exception {
    InCoreInode cached = peek(number);
    return cached != null ? cached : add(table.readOrphan(number));
  }

  /** An inode that the superblock names; failures as for {@link InodeTable#readNamed}. */
  public InCoreInode getNamed(long number) throws Ext4Exception {
    InCoreInode cached = peek(number);
    return cached != null ? cached : add(table.readNamed(number));
  }

  /** The inode if it is cached. */
  public @Nullable InCoreInode peek(long number) {
    InCoreInode cached = buckets[bucketOf(number)];
    while (cached != null && cached.number != number) {
      cached = cached.sameBucket;
    }
    if (cached != null) {
      cached.lately = true;
    }
    return cached;
  }

  /** Takes in a new inode, which is not in the cache. */
  public InCoreInode add(Inode inode) {
    InCoreInode added = new InCoreInode(table, inode);
    if (count >= buckets.length) {
      grow();
    }
    int bucket = bucketOf(added.number);
    added.sameBucket = buckets[bucket];
    buckets[bucket] = added;
    append(added);
    count++;
    return added;
  }

  /** Forgets an inode that was freed, and what was cached of it. */
  public void remove(long number) {
    InCoreInode cached = peek(number);
    if (cached != null) {
      leave(cached);
    }
  }

  /** Lets inodes go until the cache has its capacity again, as far as they may. */
  public void shrink() {
    for (int step = 0; step < EVICTION_STEPS && count > capacity; step++) {
      InCoreInode candidate = oldest;
      if (candidate == null) {
        return;
      }
      if (candidate.lately || !candidate.isEvictable()) {
        candidate.lately = false;
        unlink(candidate);
        append(candidate);
      } else {
        leave(candidate);
      }
    }
  }

  /** How many inodes are cached. */
  public int size() {
    return count;
  }

  private void leave(InCoreInode inode) {
    int bucket = bucketOf(inode.number);
    InCoreInode before = buckets[bucket];
    if (before == inode) {
      buckets[bucket] = inode.sameBucket;
    } else {
      while (before != null && before.sameBucket != inode) {
        before = before.sameBucket;
      }
      if (before != null) {
        before.sameBucket = inode.sameBucket;
      }
    }
    inode.sameBucket = null;
    unlink(inode);
    count--;
    inode.evicted();
  }

  private void append(InCoreInode inode) {
    inode.older = newest;
    inode.newer = null;
    if (newest == null) {
      oldest = inode;
    } else {
      newest.newer = inode;
    }
    newest = inode;
  }

  private void unlink(InCoreInode inode) {
    InCoreInode older = inode.older;
    InCoreInode newer = inode.newer;
    if (older == null) {
      oldest = newer;
    } else {
      older.newer = newer;
    }
    if (newer == null) {
      newest = older;
    } else {
      newer.older = older;
    }
  }

  private void grow() {
    buckets = new @Nullable InCoreInode[buckets.length * 2];
    for (InCoreInode inode = oldest; inode != null; inode = inode.newer) {
      int bucket = bucketOf(inode.number);
      inode.sameBucket = buckets[bucket];
      buckets[bucket] = inode;
    }
  }

  private int bucketOf(long number) {
    // Numbers of one directory's files follow each other, which is as good as a hash.
    return (int) number & (buckets.length - 1);
  }
}
