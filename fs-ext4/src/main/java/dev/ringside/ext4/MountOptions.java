package dev.ringside.ext4;

import dev.ringside.ext4.content.AtimePolicy;
import dev.ringside.ext4.journal.DataMode;
import dev.ringside.machine.Scheduler;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;

/**
 * How a filesystem is mounted. Start from {@link #DEFAULT} or {@link #READ_WRITE}, and change what
 * should be otherwise:
 *
 * <pre>{@code
 * MountOptions.READ_WRITE.withDataMode(DataMode.JOURNAL).withTime(InstantSource.fixed(now))
 * }</pre>
 *
 * @param dataMode how content and the journal go together
 * @param commitInterval the longest time that a transaction stays open
 * @param atime when reading changes the access time
 * @param discard whether the disk is told of freed blocks
 * @param errors what becomes of the mount when it meets damage
 * @param metadataCacheBytes guest memory for metadata blocks
 * @param pageCacheBytes guest memory for file content, at most; it is taken as it is needed
 * @param inodeCacheSize how many inodes that nobody uses are kept
 * @param nameCacheSize how many names that were looked up are kept
 * @param time for the times of files
 * @param background where a task runs that moves on what is due while nobody calls; without one,
 *     {@link Ext4#poll} does
 */
public record MountOptions(
    Access access,
    DataMode dataMode,
    Duration commitInterval,
    AtimePolicy atime,
    boolean discard,
    ErrorsPolicy errors,
    long metadataCacheBytes,
    long pageCacheBytes,
    int inodeCacheSize,
    int nameCacheSize,
    InstantSource time,
    Optional<Scheduler> background) {
  /** Reading only; 4 MiB for metadata and up to 64 MiB for content. */
  public static final MountOptions DEFAULT =
      new MountOptions(
          Access.READ_ONLY,
          DataMode.ORDERED,
          Duration.ofSeconds(5),
          AtimePolicy.RELATIME,
          false,
          ErrorsPolicy.REMOUNT_READ_ONLY,
          4L << 20,
          64L << 20,
          4096,
          8192,
          InstantSource.system(),
          Optional.empty());

  /** Writing as the kernel does when it is told nothing else; 16 MiB for metadata. */
  public static final MountOptions READ_WRITE =
      DEFAULT.withAccess(Access.READ_WRITE).withMetadataCacheBytes(16L << 20);

  /** Checks the sizes. */
  public MountOptions {
    if (metadataCacheBytes <= 0
        || pageCacheBytes <= 0
        || inodeCacheSize <= 0
        || nameCacheSize <= 0) {
      throw new IllegalArgumentException(
          "%d bytes for metadata, %d for content, %d inodes, %d names"
              .formatted(metadataCacheBytes, pageCacheBytes, inodeCacheSize, nameCacheSize));
    }
    if (!commitInterval.isPositive()) {
      throw new IllegalArgumentException("a commit every " + commitInterval);
    }
  }

  /** These with another {@link #access}. */
  public MountOptions withAccess(Access value) {
    return new MountOptions(
        value,
        dataMode,
        commitInterval,
        atime,
        discard,
        errors,
        metadataCacheBytes,
        pageCacheBytes,
        inodeCacheSize,
        nameCacheSize,
        time,
        background);
  }

  /** These with another {@link #dataMode}. */
  public MountOptions withDataMode(DataMode value) {
    return new MountOptions(
        access,
        value,
        commitInterval,
        atime,
        discard,
        errors,
        metadataCacheBytes,
        pageCacheBytes,
        inodeCacheSize,
        nameCacheSize,
        time,
        background);
  }

  /** These with another {@link #commitInterval}. */
  public MountOptions withCommitInterval(Duration value) {
    return new MountOptions(
        access,
        dataMode,
        value,
        atime,
        discard,
        errors,
        metadataCacheBytes,
        pageCacheBytes,
        inodeCacheSize,
        nameCacheSize,
        time,
        background);
  }

  /** These with another {@link #atime}. */
  public MountOptions withAtime(AtimePolicy value) {
    return new MountOptions(
        access,
        dataMode,
        commitInterval,
        value,
        discard,
        errors,
        metadataCacheBytes,
        pageCacheBytes,
        inodeCacheSize,
        nameCacheSize,
        time,
        background);
  }

  /** These with another {@link #discard}. */
  public MountOptions withDiscard(boolean value) {
    return new MountOptions(
        access,
        dataMode,
        commitInterval,
        atime,
        value,
        errors,
        metadataCacheBytes,
        pageCacheBytes,
        inodeCacheSize,
        nameCacheSize,
        time,
        background);
  }

  /** These with another {@link #errors}. */
  public MountOptions withErrors(ErrorsPolicy value) {
    return new MountOptions(
        access,
        dataMode,
        commitInterval,
        atime,
        discard,
        value,
        metadataCacheBytes,
        pageCacheBytes,
        inodeCacheSize,
        nameCacheSize,
        time,
        background);
  }

  /** These with another {@link #metadataCacheBytes}. */
  public MountOptions withMetadataCacheBytes(long value) {
    return new MountOptions(
        access,
        dataMode,
        commitInterval,
        atime,
        discard,
        errors,
        value,
        pageCacheBytes,
        inodeCacheSize,
        nameCacheSize,
        time,
        background);
  }

  /** These with another {@link #pageCacheBytes}. */
  public MountOptions withPageCacheBytes(long value) {
    return new MountOptions(
        access,
        dataMode,
        commitInterval,
        atime,
        discard,
        errors,
        metadataCacheBytes,
        value,
        inodeCacheSize,
        nameCacheSize,
        time,
        background);
  }

  /** These with another {@link #inodeCacheSize}. */
  public MountOptions withInodeCacheSize(int value) {
    return new MountOptions(
        access,
        dataMode,
        commitInterval,
        atime,
        discard,
        errors,
        metadataCacheBytes,
        pageCacheBytes,
        value,
        nameCacheSize,
        time,
        background);
  }

  /** These with another {@link #nameCacheSize}. */
  public MountOptions withNameCacheSize(int value) {
    return new MountOptions(
        access,
        dataMode,
        commitInterval,
        atime,
        discard,
        errors,
        metadataCacheBytes,
        pageCacheBytes,
        inodeCacheSize,
        value,
        time,
        background);
  }

  /** These with another {@link #time}. */
  public MountOptions withTime(InstantSource value) {
    return new MountOptions(
        access,
        dataMode,
        commitInterval,
        atime,
        discard,
        errors,
        metadataCacheBytes,
        pageCacheBytes,
        inodeCacheSize,
        nameCacheSize,
        value,
        background);
  }

  /** These with another {@link #background}. */
  public MountOptions withBackground(Scheduler value) {
    return new MountOptions(
        access,
        dataMode,
        commitInterval,
        atime,
        discard,
        errors,
        metadataCacheBytes,
        pageCacheBytes,
        inodeCacheSize,
        nameCacheSize,
        time,
        Optional.of(value));
  }
}
