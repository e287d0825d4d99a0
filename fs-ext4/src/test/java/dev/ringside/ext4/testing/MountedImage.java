package dev.ringside.ext4.testing;

import dev.ringside.driver.testing.TestDisk;
import dev.ringside.ext4.Ext4;
import dev.ringside.ext4.Ext4File;
import dev.ringside.ext4.MountOptions;
import dev.ringside.ext4.error.Ext4Exception;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** An image, mounted over the real driver and device. */
public final class MountedImage implements AutoCloseable {
  private final TestDisk disk;
  private final Ext4 ext4;

  private MountedImage(TestDisk disk, Ext4 ext4) {
    this.disk = disk;
    this.ext4 = ext4;
  }

  public static MountedImage of(Fixture fixture) throws Ext4Exception {
    return of(fixture.path());
  }

  public static MountedImage of(Path image) throws Ext4Exception {
    return of(image, MountOptions.DEFAULT);
  }

  public static MountedImage of(Path image, MountOptions options) throws Ext4Exception {
    TestDisk disk = TestDisk.open(image);
    try {
      return new MountedImage(disk, Ext4.mount(disk.driver(), options));
    } catch (Ext4Exception | RuntimeException failure) {
      disk.close();
      throw failure;
    }
  }

  public Ext4 ext4() {
    return ext4;
  }

  public TestDisk disk() {
    return disk;
  }

  /** SHA-256 of a file's content, read in pieces of an odd size. */
  public static String digest(Ext4File file) throws Ext4Exception {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      byte[] piece = new byte[1_234_567];
      long position = 0;
      for (int count = file.read(0, piece, 0, piece.length);
          count >= 0;
          count = file.read(position, piece, 0, piece.length)) {
        sha256.update(piece, 0, count);
        position += count;
      }
      return HexFormat.of().formatHex(sha256.digest());
    } catch (NoSuchAlgorithmException impossible) {
      throw new AssertionError(impossible);
    }
  }

  @Override
  public void close() {
    try (disk) {
      ext4.close();
    } catch (Ext4Exception failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
