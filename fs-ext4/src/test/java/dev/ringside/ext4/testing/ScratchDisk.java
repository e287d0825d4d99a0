package dev.ringside.ext4.testing;

import dev.ringside.driver.testing.TestDisk;
import dev.ringside.ext4.Ext4;
import dev.ringside.ext4.MountOptions;
import dev.ringside.ext4.Session;
import dev.ringside.ext4.access.Credentials;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.storage.FileStorage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/**
 * An image of its own, mounted for writing over the real driver and device. After the unmount
 * e2fsck has to find nothing.
 */
public final class ScratchDisk implements AutoCloseable {
  private static final long GUEST_BYTES = 64L << 20;

  private final Path image;
  private final MountOptions options;
  private TestDisk disk;
  private Ext4 ext4;

  private ScratchDisk(Path image, MountOptions options) throws Ext4Exception {
    this.image = image;
    this.options = options;
    this.disk = open(image);
    this.ext4 = mountOrClose();
  }

  /** Makes an image of 64 MiB and mounts it. */
  public static ScratchDisk make(Path directory, Format format) throws Ext4Exception {
    return make(directory, "64M", format.options(), MountOptions.READ_WRITE);
  }

  /**
   * Makes an image and mounts it.
   *
   * @param format options of mke2fs, separated by blanks
   */
  public static ScratchDisk make(Path directory, String size, String format, MountOptions options)
      throws Ext4Exception {
    Path image = TestImage.make(directory.resolve("image"), size, format).path();
    return new ScratchDisk(image, options);
  }

  /** Mounts an image that is there. */
  public static ScratchDisk over(Path image) throws Ext4Exception {
    return new ScratchDisk(image, MountOptions.READ_WRITE);
  }

  private static TestDisk open(Path image) {
    try {
      return TestDisk.over(FileStorage.openWritable(image)).memoryBytes(GUEST_BYTES).start();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private Ext4 mountOrClose() throws Ext4Exception {
    try {
      return Ext4.mount(disk.driver(), options);
    } catch (Ext4Exception | RuntimeException failure) {
      disk.close();
      throw failure;
    }
  }

  public Path image() {
    return image;
  }

  public Ext4 ext4() {
    return ext4;
  }

  /** The superuser's, whose umask is 022. */
  public Session root() {
    return ext4.session(Credentials.ROOT);
  }

  /** Somebody else's. */
  public Session user(long uid) {
    return ext4.session(Credentials.of(uid, uid));
  }

  /** Unmounts, lets e2fsck look, and mounts again. */
  public ScratchDisk remount() throws Ext4Exception {
    unmount();
    disk = open(image);
    ext4 = mountOrClose();
    return this;
  }

  /** Stops in the middle: what is in memory is lost; mounts again, which recovers. */
  public ScratchDisk crash() throws Ext4Exception {
    disk.close();
    disk = open(image);
    ext4 = mountOrClose();
    return this;
  }

  /** Unmounts, and lets e2fsck look. */
  public void unmount() throws Ext4Exception {
    try {
      ext4.close();
    } finally {
      disk.close();
    }
    Tool.E2FSCK.run("-fn", image);
  }

  @Override
  public void close() throws Ext4Exception {
    if (ext4.isMounted()) {
      unmount();
    }
  }
}
