package dev.ringside.ext4.xattr;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Blocks of attributes that were seen lately, by the hash of what is in them, so that inodes with
 * the same attributes come to share one. What it says is to be checked: blocks change.
 */
final class SharedBlocks {
  private static final int CAPACITY = 1024;
  static final long NONE = 0;

  private final Map<Integer, Long> byHash =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Integer, Long> eldest) {
          return size() > CAPACITY;
        }
      };

  /** Notes what a block holds; hash 0 stands for what is not shared. */
  void note(int hash, long block) {
    if (hash != 0) {
      byHash.put(hash, block);
    }
  }

  /** A block that may hold attributes of a hash, or {@link #NONE}. */
  long find(int hash) {
    return byHash.getOrDefault(hash, NONE);
  }

  /** Forgets a block that changes or is freed. */
  void forget(int hash, long block) {
    byHash.remove(hash, block);
  }
}
