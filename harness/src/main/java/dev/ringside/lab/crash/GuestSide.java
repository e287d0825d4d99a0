package dev.ringside.lab.crash;

import dev.ringside.ext4.MountOptions;
import dev.ringside.ext4.ShutdownMode;
import dev.ringside.ext4.content.AtimePolicy;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.lab.differ.Combination;
import dev.ringside.lab.differ.Side;
import dev.ringside.lab.files.FileCalls;
import dev.ringside.lab.guest.GuestMount;
import dev.ringside.machine.RealScheduler;
import dev.ringside.storage.Storage;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** Ringside's ext4 on a disk in memory, at a time that stands still: the same every time. */
final class GuestSide implements Side {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final MountOptions OPTIONS =
      MountOptions.READ_WRITE
          .withTime(InstantSource.fixed(NOW))
          .withAtime(AtimePolicy.NOATIME)
          .withPageCacheBytes(4 << 20)
          .withMetadataCacheBytes(2 << 20)
          .withCommitInterval(Duration.ofDays(1));

  private final GuestMount mount;

  /**
   * Mounts.
   *
   * @param discard whether the disk is told of freed blocks
   */
  GuestSide(Storage storage, Combination combination, boolean discard) throws Ext4Exception {
    mount =
        GuestMount.of(
            storage,
            GuestMount.withWords(OPTIONS, combination.mountOptions()).withDiscard(discard),
            new RealScheduler());
  }

  /** Does something to the mount as a whole. */
  void run(Act.OnMount act) throws Ext4Exception {
    switch (act) {
      case FREEZE -> mount.ext4().freeze();
      case THAW -> mount.ext4().thaw();
      case TRIM -> mount.ext4().trim(0, Long.MAX_VALUE, 0);
    }
  }

  void shutdown(ShutdownMode mode) throws Ext4Exception {
    mount.ext4().shutdown(mode);
  }

  @Override
  public String name() {
    return "ringside";
  }

  @Override
  public FileCalls calls() {
    return mount.files();
  }

  @Override
  public void remount() {
    throw new UnsupportedOperationException("a scenario has one mount");
  }

  @Override
  public void settle(int handle) throws IOException {
    calls().fsync(handle);
  }

  /** Stops without unmounting. */
  void abandon() {
    mount.abandon();
  }

  @Override
  public void close() throws IOException {
    mount.close();
  }
}
