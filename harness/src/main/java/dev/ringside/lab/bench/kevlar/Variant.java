package dev.ringside.lab.bench.kevlar;

/** How the program is run: as published, and so that it measures something else, too. */
public enum Variant {
  /** 4 MiB, nothing synced, what was written is still cached: what the posts ran. */
  AS_PUBLISHED("as published", 4 << 20, false, false, false),
  /** The clock stops when the content is on the disk. */
  SYNCED("fsync before the clock stops", 4 << 20, true, false, false),
  /** Nothing is cached before each read. */
  COLD("cold cache", 4 << 20, false, true, false),
  /** A file that is larger than the page cache. */
  LARGE("256 MiB file", 256 << 20, false, false, false),
  /** The large buffer first, so that no buffer size has the cold pass to itself. */
  REVERSED("reads in reversed order", 4 << 20, false, false, true);

  private final String text;
  private final int fileBytes;
  private final boolean synced;
  private final boolean cold;
  private final boolean reversed;

  Variant(String text, int fileBytes, boolean synced, boolean cold, boolean reversed) {
    this.text = text;
    this.fileBytes = fileBytes;
    this.synced = synced;
    this.cold = cold;
    this.reversed = reversed;
  }

  int fileBytes() {
    return fileBytes;
  }

  boolean synced() {
    return synced;
  }

  boolean cold() {
    return cold;
  }

  boolean reversed() {
    return reversed;
  }

  /** Whether the operations on names are the same as in another variant, and left out. */
  boolean onlyContent() {
    return this != AS_PUBLISHED && this != SYNCED;
  }

  @Override
  public String toString() {
    return text;
  }
}
