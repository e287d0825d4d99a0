package dev.ringside.ext4.content;

import dev.ringside.ext4.journal.DataMode;
import java.time.InstantSource;

/**
 * How content is cached and written.
 *
 * @param dataMode how content and the journal go together
 * @param atime when reading changes the access time
 * @param pageCacheBytes the most guest memory to take for content
 * @param readaheadBytes the most that is read ahead of a sequential reader; 0 for nothing
 * @param time for the times of files
 */
public record ContentOptions(
    DataMode dataMode,
    AtimePolicy atime,
    long pageCacheBytes,
    int readaheadBytes,
    InstantSource time) {
  /** As Linux does when it is told nothing else; 64 MiB for content, 1 MiB read ahead. */
  public static final ContentOptions DEFAULT =
      new ContentOptions(
          DataMode.ORDERED, AtimePolicy.RELATIME, 64L << 20, 1 << 20, InstantSource.system());

  /** Checks the sizes. */
  public ContentOptions {
    if (pageCacheBytes <= 0 || readaheadBytes < 0) {
      throw new IllegalArgumentException(
          "%d bytes of content, %d read ahead".formatted(pageCacheBytes, readaheadBytes));
    }
  }

  /** These with another {@link #dataMode}. */
  public ContentOptions withDataMode(DataMode value) {
    return new ContentOptions(value, atime, pageCacheBytes, readaheadBytes, time);
  }

  /** These with another {@link #atime}. */
  public ContentOptions withAtime(AtimePolicy value) {
    return new ContentOptions(dataMode, value, pageCacheBytes, readaheadBytes, time);
  }

  /** These with another {@link #pageCacheBytes}. */
  public ContentOptions withPageCacheBytes(long value) {
    return new ContentOptions(dataMode, atime, value, readaheadBytes, time);
  }

  /** These with another {@link #readaheadBytes}. */
  public ContentOptions withReadaheadBytes(int value) {
    return new ContentOptions(dataMode, atime, pageCacheBytes, value, time);
  }

  /** These with another {@link #time}. */
  public ContentOptions withTime(InstantSource value) {
    return new ContentOptions(dataMode, atime, pageCacheBytes, readaheadBytes, value);
  }
}
