package dev.ringside.lab.differ;

import dev.ringside.ext4.MountOptions;
import dev.ringside.lab.files.FileCalls;
import dev.ringside.lab.guest.GuestMount;
import dev.ringside.machine.RealScheduler;
import dev.ringside.storage.FileStorage;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Ringside's ext4 on an image. Every other mount has caches that hold next to nothing, so that what
 * has left them is seen, too.
 */
public final class RingsideSide implements Side {
  private static final MountOptions ROOMY = MountOptions.READ_WRITE;
  private static final MountOptions TIGHT =
      MountOptions.READ_WRITE
          .withMetadataCacheBytes(1 << 20)
          .withPageCacheBytes(1 << 20)
          .withInodeCacheSize(16)
          .withNameCacheSize(16);

  private final Path image;
  private final String options;
  private @Nullable FileStorage storage;
  private @Nullable GuestMount mount;
  private boolean tight;

  /**
   * Mounts an image.
   *
   * @param options in the words of mount(8)
   */
  public RingsideSide(Path image, String options) throws IOException {
    this.image = image;
    this.options = options;
    mount();
  }

  private void mount() throws IOException {
    FileStorage opened = FileStorage.openWritable(image);
    try {
      mount =
          GuestMount.of(
              opened, GuestMount.withWords(tight ? TIGHT : ROOMY, options), new RealScheduler());
      storage = opened;
    } finally {
      if (storage == null) {
        opened.close();
      }
    }
  }

  @Override
  public String name() {
    return "ringside";
  }

  @Override
  public FileCalls calls() {
    if (mount == null) {
      throw new IllegalStateException("unmounted");
    }
    return mount.files();
  }

  @Override
  public void remount() throws IOException {
    close();
    tight = !tight;
    mount();
  }

  @Override
  public void settle(int handle) throws IOException {
    calls().fsync(handle);
  }

  @Override
  public void close() throws IOException {
    GuestMount mounted = mount;
    FileStorage opened = storage;
    mount = null;
    storage = null;
    try {
      if (mounted != null) {
        mounted.close();
      }
    } finally {
      if (opened != null) {
        opened.close();
      }
    }
  }
}
