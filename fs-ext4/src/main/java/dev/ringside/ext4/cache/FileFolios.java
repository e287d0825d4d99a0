package dev.ringside.ext4.cache;

/**
 * What the {@link PageCache} holds of one file: its folios stand in one of two lists, those that
 * have something to write and the others.
 */
public final class FileFolios {
  /** Number of the file's inode, 1 to 2^32 - 1; no other file of the cache has it. */
  final long number;

  /** First folio of the list of clean ones, or {@link PageCache#NONE}. */
  int clean = PageCache.NONE;

  /** First folio of the list of dirty ones, or {@link PageCache#NONE}. */
  int dirty = PageCache.NONE;

  int count;
  int dirtyCount;

  /**
   * A file of which nothing is cached.
   *
   * @param number of its inode
   */
  public FileFolios(long number) {
    this.number = number;
  }

  /** How many folios are cached. */
  public int count() {
    return count;
  }

  /** How many folios have something to write. */
  public int dirtyCount() {
    return dirtyCount;
  }

  /** Whether something is to be written. */
  public boolean isDirty() {
    return dirtyCount > 0;
  }
}
