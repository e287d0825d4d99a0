package dev.ringside.ext4;

/**
 * How much guest memory a mounted filesystem takes.
 *
 * @param metadataCacheBytes for metadata blocks
 * @param pageCacheBytes for file content, at most; it is taken as it is needed
 */
public record MountOptions(long metadataCacheBytes, long pageCacheBytes) {
  /** 4 MiB for metadata and 64 MiB for content. */
  public static final MountOptions DEFAULT = new MountOptions(4L << 20, 64L << 20);

  /** Checks the sizes. */
  public MountOptions {
    if (metadataCacheBytes <= 0 || pageCacheBytes <= 0) {
      throw new IllegalArgumentException(
          "%d bytes for metadata, %d for content".formatted(metadataCacheBytes, pageCacheBytes));
    }
  }
}
