package dev.ringside.ext4.inode;

import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.Inode;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The inodes that are in use or were lately, the least recently used one going first. It grows over
 * its capacity only while more than that are open or changed.
 */
public final class InodeCache {
  private final InodeTable table;
  private final int capacity;
  private final Map<Long, InCoreInode> inodes = new LinkedHashMap<>(16, 0.75f, true);

  /**
   * An empty cache.
   *
   * @param capacity how many inodes to keep
   */
  public InodeCache(InodeTable table, int capacity) {
    this.table = table;
    this.capacity = capacity;
  }

  /** The inode that a name leads to; failures as for {@link InodeTable#read}. */
  public InCoreInode get(long number) throws Ext4Exception {
    InCoreInode cached = inodes.get(number);
    return cached != null ? cached : add(table.read(number));
  }

  /** An inode of the orphan list; failures as for {@link InodeTable#readOrphan}. */
  public InCoreInode getOrphan(long number) throws Ext4Exception {
    InCoreInode cached = inodes.get(number);
    return cached != null ? cached : add(table.readOrphan(number));
  }

  /** The inode if it is cached. */
  public @Nullable InCoreInode peek(long number) {
    return inodes.get(number);
  }

  /** Takes in a new inode, which is not in the cache. */
  public InCoreInode add(Inode inode) {
    evict();
    InCoreInode added = new InCoreInode(table, inode);
    inodes.put(inode.number(), added);
    return added;
  }

  /** Forgets an inode that was freed. */
  public void remove(long number) {
    inodes.remove(number);
  }

  private void evict() {
    Iterator<InCoreInode> oldest = inodes.values().iterator();
    while (inodes.size() >= capacity && oldest.hasNext()) {
      InCoreInode candidate = oldest.next();
      if (candidate.isEvictable()) {
        candidate.evicted();
        oldest.remove();
      }
    }
  }
}
