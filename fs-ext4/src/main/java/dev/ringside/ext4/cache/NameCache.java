package dev.ringside.ext4.cache;

import dev.ringside.ext4.format.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * Which inode a name of a directory leads to, or that the directory does not have the name. The
 * names that were not asked for lately go first.
 *
 * <p>Entries are compared by directory and name, so two names of one hash are two names. Whoever
 * changes a directory says so here; an inode number that is used again needs no word, because a
 * directory is empty when it is made and when it goes.
 */
public final class NameCache {
  /** The answer when nothing is known about a name. */
  public static final long UNKNOWN = -1;

  /** The answer when the directory does not have the name. */
  public static final long ABSENT = 0;

  private static final class Entry {
    long directory;
    ByteString name;
    int hash;
    long inode;
    boolean lately;
    @Nullable Entry sameBucket;

    Entry(long directory, ByteString name, int hash, long inode) {
      this.directory = directory;
      this.name = name;
      this.hash = hash;
      this.inode = inode;
    }
  }

  private final @Nullable Entry[] buckets;
  private final @Nullable Entry[] entries;
  private int count;
  private int hand;

  /**
   * An empty cache.
   *
   * @param capacity in names
   */
  public NameCache(int capacity) {
    this.entries = new @Nullable Entry[capacity];
    this.buckets = new @Nullable Entry[Integer.highestOneBit(capacity) * 2];
  }

  /**
   * What is known about a name.
   *
   * @param text holds the name from {@code start} to before {@code end}
   * @return an inode number, {@link #ABSENT} or {@link #UNKNOWN}
   */
  public long get(long directory, ByteString text, int start, int end) {
    Entry entry = find(directory, text, start, end, hash(directory, text, start, end));
    if (entry == null) {
      return UNKNOWN;
    }
    entry.lately = true;
    return entry.inode;
  }

  /**
   * Notes where a name leads.
   *
   * @param inode {@link #ABSENT} when the directory does not have it
   */
  public void put(long directory, ByteString name, long inode) {
    int hash = hash(directory, name, 0, name.length());
    Entry known = find(directory, name, 0, name.length(), hash);
    if (known != null) {
      known.inode = inode;
      return;
    }
    Entry entry;
    if (count < entries.length) {
      entry = new Entry(directory, name, hash, inode);
      entries[count++] = entry;
    } else {
      entry = takeOne();
      entry.directory = directory;
      entry.name = name;
      entry.hash = hash;
      entry.inode = inode;
    }
    int bucket = hash & (buckets.length - 1);
    entry.sameBucket = buckets[bucket];
    buckets[bucket] = entry;
  }

  /** Notes that a directory does not have a name any more. */
  public void remove(long directory, ByteString name) {
    put(directory, name, ABSENT);
  }

  /** An entry that was not asked for since the last round, out of its bucket. */
  private Entry takeOne() {
    while (true) {
      Entry candidate = entries[hand];
      hand = hand + 1 == entries.length ? 0 : hand + 1;
      if (candidate != null) {
        if (!candidate.lately) {
          leaveBucket(candidate);
          return candidate;
        }
        candidate.lately = false;
      }
    }
  }

  private void leaveBucket(Entry entry) {
    int bucket = entry.hash & (buckets.length - 1);
    Entry before = buckets[bucket];
    if (before == entry) {
      buckets[bucket] = entry.sameBucket;
      return;
    }
    while (before != null && before.sameBucket != entry) {
      before = before.sameBucket;
    }
    if (before != null) {
      before.sameBucket = entry.sameBucket;
    }
  }

  private @Nullable Entry find(long directory, ByteString text, int start, int end, int hash) {
    Entry entry = buckets[hash & (buckets.length - 1)];
    while (entry != null
        && !(entry.hash == hash
            && entry.directory == directory
            && entry.name.equalsRange(text, start, end))) {
      entry = entry.sameBucket;
    }
    return entry;
  }

  private static int hash(long directory, ByteString text, int start, int end) {
    int hash = text.hashOf(start, end) ^ (int) (directory * 0x9e37_79b9L);
    return hash ^ (hash >>> 16);
  }
}
