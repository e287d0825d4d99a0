package dev.ringside.ext4;

/**
 * How much guest memory a mounted filesystem takes.
 *
 * @param metadataCacheBytes for metadata blocks
 * @param readBufferBytes for file content on its way to the caller: what one batch of requests can
 *     bring; at least 64 KiB, the largest block
 */
public record MountOptions(long metadataCacheBytes, int readBufferBytes) {
  private static final int LARGEST_BLOCK = 1 << 16;

  /** 4 MiB for metadata and 1 MiB for content. */
  public static final MountOptions DEFAULT = new MountOptions(4L << 20, 1 << 20);

  /** Checks the sizes. */
  public MountOptions {
    if (metadataCacheBytes <= 0 || readBufferBytes < LARGEST_BLOCK) {
      throw new IllegalArgumentException(
          "%d bytes for metadata, %d for content".formatted(metadataCacheBytes, readBufferBytes));
    }
  }
}
