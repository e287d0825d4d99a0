package dev.ringside.ext4;

import static dev.ringside.ext4.testing.Failures.assertErrno;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.ByteString;
import dev.ringside.ext4.testing.Format;
import dev.ringside.ext4.testing.ScratchDisk;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is the most of something is exactly as much as the kernel allows. */
final class LimitsTest {
  private static final Set<OpenFlag> CREATE = Set.of(OpenFlag.WRITE, OpenFlag.CREATE);

  @TempDir private Path directory;

  private static Ext4Path path(String text) {
    return Ext4Path.of(text);
  }

  @Test
  void aFileHas65000Names() throws Ext4Exception {
    try (ScratchDisk disk = ScratchDisk.make(directory, Format.EXT4)) {
      Session root = disk.root();
      root.open(path("/0"), CREATE, 0600).close();
      for (int i = 1; i < 65_000; i++) {
        root.link(path("/0"), path("/" + i), LinkPolicy.KEEP);
      }
      assertErrno(() -> root.link(path("/0"), path("/x"), LinkPolicy.KEEP), Errno.EMLINK);
      assertThat(root.stat(path("/64999")).links()).isEqualTo(65_000);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Format.class,
      names = {"EXT2", "EXT4_1K"})
  void twentyThousandFilesComeAndGo(Format format) throws Ext4Exception {
    try (ScratchDisk disk =
        ScratchDisk.make(
            directory, "64M", format.options() + " -N 30000", MountOptions.READ_WRITE)) {
      Session root = disk.root();
      root.mkdir(path("/d"), 0700);
      for (int i = 0; i < 20_000; i++) {
        root.open(path("/d/file-" + i), CREATE, 0600).close();
      }
      disk.remount();
      Session again = disk.root();
      for (int i = 0; i < 20_000; i++) {
        again.unlink(path("/d/file-" + i));
      }
      again.rmdir(path("/d"));
    }
  }

  @ParameterizedTest
  @EnumSource(Format.class)
  void longNamesAndTargetsAreRefused(Format format) throws Ext4Exception {
    try (ScratchDisk disk = ScratchDisk.make(directory, format)) {
      Session root = disk.root();
      root.mkdir(path("/" + "n".repeat(255)), 0700);
      assertErrno(() -> root.mkdir(path("/" + "n".repeat(256)), 0700), Errno.ENAMETOOLONG);
      int most = Math.min(4095, root.statfs().blockSize() - 1);
      root.symlink(ByteString.of("t".repeat(most)), path("/link"));
      assertErrno(
          () -> root.symlink(ByteString.of("t".repeat(most + 1)), path("/longer")),
          Errno.ENAMETOOLONG);
      assertThat(root.readlink(path("/link")).length()).isEqualTo(most);
    }
  }

  @ParameterizedTest
  @EnumSource(Format.class)
  void aFullDiskTakesNothingMoreAndIsSound(Format format) throws Ext4Exception {
    try (ScratchDisk disk =
        ScratchDisk.make(directory, "12M", format.options() + " -N 64", MountOptions.READ_WRITE)) {
      Session root = disk.root();
      byte[] piece = new byte[1 << 20];
      try (OpenFile file = root.open(path("/fill"), CREATE, 0600)) {
        assertErrno(
            () -> {
              while (true) {
                file.write(piece, 0, piece.length);
              }
            },
            Errno.ENOSPC);
      }
      assertErrno(() -> root.mkdir(path("/d"), 0700), Errno.ENOSPC);
      assertErrno(() -> root.symlink(ByteString.of("t".repeat(100)), path("/link")), Errno.ENOSPC);
      assertErrno(() -> root.stat(path("/d")), Errno.ENOENT);
      root.unlink(path("/fill"));
      root.mkdir(path("/d"), 0700);
      assertErrno(
          () -> {
            for (int i = 0; true; i++) {
              root.open(path("/d/" + i), CREATE, 0600).close();
            }
          },
          Errno.ENOSPC);
    }
  }
}
