package dev.ringside.ext4;

import static dev.ringside.ext4.testing.Failures.assertErrno;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.ByteString;
import dev.ringside.ext4.testing.Format;
import dev.ringside.ext4.testing.ScratchDisk;
import dev.ringside.ext4.xattr.AttributeMode;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What is the most of something is exactly as much as the kernel allows. */
final class LimitsTest {
  private static final Set<OpenFlag> CREATE = Set.of(OpenFlag.WRITE, OpenFlag.CREATE);

  private static final ByteString ACCESS_LIST = ByteString.of("system.posix_acl_access");
  private static final Set<RenameFlag> WHITEOUT = Set.of(RenameFlag.WHITEOUT);

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

  /** Its own name, the one that it has for itself, and one from each directory in it. */
  @Test
  void aDirectoryHas64998Directories() throws Ext4Exception {
    String format = "-t ext4 -b 1024 -I 128 -O ^dir_nlink,^extra_isize -N 66000";
    try (ScratchDisk disk = ScratchDisk.make(directory, "128M", format, MountOptions.READ_WRITE)) {
      Session root = disk.root();
      root.mkdir(path("/d"), 0700);
      root.mkdir(path("/other"), 0700);
      for (int i = 0; i < 64_998; i++) {
        root.mkdir(path("/d/" + i), 0700);
      }
      assertErrno(() -> root.mkdir(path("/d/x"), 0700), Errno.EMLINK);
      assertErrno(() -> root.rename(path("/other"), path("/d/x"), Set.of()), Errno.EMLINK);
      assertThat(root.stat(path("/d")).links()).isEqualTo(65_000);
      root.rename(path("/d/1"), path("/d/x"), Set.of());
      root.rmdir(path("/d/x"));
      root.rename(path("/other"), path("/d/x"), Set.of());
      assertThat(root.stat(path("/d")).links()).isEqualTo(65_000);
    }
  }

  /** With dir_nlink, one link stands for more than can be counted, and stays. */
  @Test
  void aDirectoryThatNeedNotCountHasAnyNumber() throws Ext4Exception {
    String format = "-t ext4 -b 1024 -I 128 -O dir_nlink,^extra_isize -N 66000";
    try (ScratchDisk disk = ScratchDisk.make(directory, "128M", format, MountOptions.READ_WRITE)) {
      Session root = disk.root();
      root.mkdir(path("/d"), 0700);
      for (int i = 0; i < 65_000; i++) {
        root.mkdir(path("/d/" + i), 0700);
      }
      assertThat(root.stat(path("/d")).links()).isEqualTo(1);
      root.rmdir(path("/d/0"));
      root.rmdir(path("/d/1"));
      assertThat(root.stat(path("/d")).links()).isEqualTo(1);
      assertErrno(() -> root.rmdir(path("/d")), Errno.ENOTEMPTY);
    }
  }

  /** What Linux 6.18 answered on a loop mount of the same kind. */
  @ParameterizedTest
  @CsvSource({
    "-t ext2 -b 1024, 17247252480",
    "-t ext2 -b 2048, 275415851008",
    "-t ext2 -b 4096, 2196873666560",
    "'-t ext4 -b 1024 -O ^extents,^64bit', 17247252480",
    "'-t ext4 -b 4096 -O ^extents,^64bit', 4402345721856",
    "'-t ext4 -b 1024 -O ^huge_file', 2199023254528",
    "-t ext4 -b 1024, 4398046510080",
    "-t ext4 -b 2048, 8796093020160",
    "-t ext4 -b 4096, 17592186040320",
  })
  void aFileEndsWhereTheKernelEndsIt(String format, long limit) throws Ext4Exception {
    try (ScratchDisk disk = ScratchDisk.make(directory, "16M", format, MountOptions.READ_WRITE);
        OpenFile file = disk.root().open(path("/f"), CREATE, 0600)) {
      assertThat(file.seek(limit, Whence.SET)).isEqualTo(limit);
      assertErrno(() -> file.seek(limit + 1, Whence.SET), Errno.EINVAL);
      assertErrno(() -> file.seek(1, Whence.CURRENT), Errno.EINVAL);
      assertErrno(() -> file.seek(Long.MAX_VALUE, Whence.CURRENT), Errno.EINVAL);
      assertErrno(() -> file.seek(-1, Whence.SET), Errno.EINVAL);
      assertThat(file.seek(0, Whence.CURRENT)).isEqualTo(limit);
      file.truncate(limit);
      assertErrno(() -> file.truncate(limit + 1), Errno.EFBIG);
      assertErrno(() -> file.seek(1, Whence.END), Errno.EINVAL);
      file.truncate(0);
      byte[] bytes = {1, 2};
      assertThat(file.writeAt(limit - 1, bytes, 0, 2)).isEqualTo(1);
      assertErrno(() -> file.writeAt(limit, bytes, 0, 1), Errno.EFBIG);
    }
  }

  /** A position in an indexed directory is a hash. */
  @ParameterizedTest
  @CsvSource({"-t ext4, true", "-t ext4 -O ^dir_index, false"})
  void anIndexedDirectoryHasNoLastPosition(String format, boolean indexed) throws Ext4Exception {
    try (ScratchDisk disk = ScratchDisk.make(directory, "16M", format, MountOptions.READ_WRITE);
        OpenFile file = disk.root().open(path("/"), Set.of(OpenFlag.READ), 0)) {
      if (indexed) {
        assertThat(file.seek(Long.MAX_VALUE, Whence.SET)).isEqualTo(Long.MAX_VALUE);
      } else {
        assertErrno(() -> file.seek(1L << 45, Whence.SET), Errno.EINVAL);
      }
    }
  }

  /** Linux makes the whiteout first, and so says that there is no inode for it. */
  @ParameterizedTest
  @EnumSource(Format.class)
  void aWhiteoutWithoutAnInodeComesBeforeAFullDirectory(Format format) throws Ext4Exception {
    try (ScratchDisk disk =
        ScratchDisk.make(directory, "16M", format.options() + " -N 32", MountOptions.READ_WRITE)) {
      Session root = disk.root();
      root.mkdir(path("/a"), 0700);
      root.mkdir(path("/b"), 0700);
      root.mkdir(path("/b/full"), 0700);
      TimeChange longAgo = TimeChange.to(Instant.EPOCH);
      root.utimens(path("/"), longAgo, longAgo, LinkPolicy.KEEP);
      assertErrno(() -> root.rename(path("/a"), path("/b"), Set.of()), Errno.ENOTEMPTY);
      assertThat(root.stat(path("/")).modified()).isEqualTo(Instant.EPOCH);
      assertErrno(() -> root.rename(path("/a"), path("/b"), WHITEOUT), Errno.ENOTEMPTY);
      assertThat(root.stat(path("/")).modified()).isAfter(Instant.EPOCH);
      FileSystemStat before = root.statfs();
      assertErrno(() -> root.rename(path("/a"), path("/b"), WHITEOUT), Errno.ENOTEMPTY);
      assertThat(root.statfs()).as("the whiteout is gone again").isEqualTo(before);
      for (int i = 0; root.statfs().freeInodes() > 0; i++) {
        root.open(path("/" + i), CREATE, 0600).close();
      }
      assertErrno(() -> root.rename(path("/a"), path("/b"), WHITEOUT), Errno.ENOSPC);
      assertErrno(() -> root.rename(path("/a"), path("/b"), Set.of()), Errno.ENOTEMPTY);
    }
  }

  /** Two files share a block of attributes, and there is no other block for one of them. */
  @Test
  void onAFullDiskPermissionsChangeThoughTheirListCannot() throws Ext4Exception {
    try (ScratchDisk disk =
        ScratchDisk.make(directory, "16M", "-t ext2 -I 128", MountOptions.READ_WRITE)) {
      Session root = disk.root();
      byte[] list =
          HexFormat.of()
              .parseHex(
                  "02000000"
                      + "01000600ffffffff"
                      + "02000600e8030000"
                      + "04000400ffffffff"
                      + "10000600ffffffff"
                      + "20000400ffffffff");
      for (String name : List.of("/a", "/b")) {
        root.open(path(name), CREATE, 0664).close();
        root.setxattr(path(name), ACCESS_LIST, list, AttributeMode.ANY, LinkPolicy.KEEP);
      }
      fill(root);

      assertErrno(() -> root.chmod(path("/a"), 0700), Errno.ENOSPC);

      disk.remount();
      Session again = disk.root();
      assertThat(again.stat(path("/a")).permissions()).isEqualTo(0700);
      assertThat(again.getxattr(path("/a"), ACCESS_LIST, LinkPolicy.KEEP)).isEqualTo(list);
      again.unlink(path("/b"));
      again.chmod(path("/a"), 0600);
      assertThat(again.getxattr(path("/a"), ACCESS_LIST, LinkPolicy.KEEP)).isNotEqualTo(list);
    }
  }

  private static void fill(Session root) throws Ext4Exception {
    try (OpenFile file = root.open(path("/fill"), CREATE, 0600)) {
      for (int size = 1 << 20; size > 0; size /= 2) {
        byte[] piece = new byte[size];
        assertErrno(
            () -> {
              while (true) {
                file.write(piece, 0, piece.length);
              }
            },
            Errno.ENOSPC);
      }
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
