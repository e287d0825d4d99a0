package dev.ringside.ext4;

import static dev.ringside.ext4.testing.Failures.assertErrno;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.ByteString;
import dev.ringside.ext4.format.DeviceNumber;
import dev.ringside.ext4.format.DirectoryEntry;
import dev.ringside.ext4.format.FileType;
import dev.ringside.ext4.testing.Format;
import dev.ringside.ext4.testing.ScratchDisk;
import dev.ringside.ext4.testing.Tool;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Names come, go and move; what is left is a filesystem that e2fsck finds nothing wrong with. */
final class NamespaceTest {
  private static final Set<OpenFlag> CREATE = Set.of(OpenFlag.WRITE, OpenFlag.CREATE);

  @TempDir private Path directory;

  private static Ext4Path path(String text) {
    return Ext4Path.of(text);
  }

  private static void write(Session session, String path, String content) throws Ext4Exception {
    try (OpenFile file = session.open(path(path), CREATE, 0666)) {
      byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
      assertThat(file.write(bytes, 0, bytes.length)).isEqualTo(bytes.length);
    }
  }

  private static String read(Session session, String path) throws Ext4Exception {
    try (OpenFile file = session.open(path(path), Set.of(OpenFlag.READ), 0)) {
      byte[] bytes = new byte[(int) file.stat().size()];
      file.read(bytes, 0, bytes.length);
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }

  private static List<String> list(Session session, String path) throws Ext4Exception {
    List<String> names = new ArrayList<>();
    try (Ext4Directory directory = session.openDirectory(path(path))) {
      for (DirectoryEntry entry = directory.next(); entry != null; entry = directory.next()) {
        names.add(entry.name().toString());
      }
    }
    names.sort(null);
    return names;
  }

  @ParameterizedTest
  @EnumSource(Format.class)
  void makesFilesOfEveryType(Format format) throws Ext4Exception {
    try (ScratchDisk disk = ScratchDisk.make(directory, format)) {
      Session root = disk.root();
      root.mkdir(path("/d"), 0777);
      write(root, "/d/file", "content");
      root.symlink(ByteString.of("file"), path("/d/short"));
      root.symlink(ByteString.of("x".repeat(200)), path("/d/long"));
      root.mknod(path("/d/fifo"), FileType.FIFO, 0600, DeviceNumber.NONE);
      root.mknod(path("/d/socket"), FileType.SOCKET, 0600, DeviceNumber.NONE);
      root.mknod(path("/d/char"), FileType.CHARACTER_DEVICE, 0600, new DeviceNumber(5, 1));
      root.mknod(path("/d/block"), FileType.BLOCK_DEVICE, 0600, new DeviceNumber(259, 70000));
      disk.remount();
      root = disk.root();

      assertThat(read(root, "/d/file")).isEqualTo("content");
      assertThat(read(root, "/d/short")).isEqualTo("content");
      assertThat(root.readlink(path("/d/long")).toString()).isEqualTo("x".repeat(200));
      assertThat(root.stat(path("/d")).permissions()).isEqualTo(0755);
      assertThat(root.stat(path("/d")).links()).isEqualTo(2);
      assertThat(root.stat(path("/")).links()).isEqualTo(4);
      assertThat(root.stat(path("/d/file")).permissions()).isEqualTo(0644);
      assertThat(root.stat(path("/d/fifo")).type()).isEqualTo(FileType.FIFO);
      assertThat(root.stat(path("/d/block")).device()).isEqualTo(new DeviceNumber(259, 70000));
      assertThat(list(root, "/d"))
          .containsExactly(".", "..", "block", "char", "fifo", "file", "long", "short", "socket");
    }
  }

  @ParameterizedTest
  @EnumSource(Format.class)
  void removesWhatItMade(Format format) throws Ext4Exception {
    try (ScratchDisk disk = ScratchDisk.make(directory, format)) {
      Session root = disk.root();
      FileSystemStat before = root.statfs();
      root.mkdir(path("/d"), 0777);
      write(root, "/d/file", "content".repeat(10_000));
      root.symlink(ByteString.of("x".repeat(200)), path("/d/long"));
      root.mkdir(path("/d/e"), 0777);
      assertErrno(() -> root.rmdir(path("/d")), Errno.ENOTEMPTY);
      root.unlink(path("/d/file"));
      root.unlink(path("/d/long"));
      root.rmdir(path("/d/e"));
      assertErrno(() -> root.stat(path("/d/file")), Errno.ENOENT);
      root.rmdir(path("/d"));
      disk.ext4().sync();

      assertThat(root.statfs()).isEqualTo(before);
      assertThat(root.stat(path("/")).links()).isEqualTo(3);
      assertThat(list(root, "/")).containsExactly(".", "..", "lost+found");
    }
  }

  @ParameterizedTest
  @EnumSource(Format.class)
  void renamesOverAndAgainstOthers(Format format) throws Ext4Exception {
    try (ScratchDisk disk = ScratchDisk.make(directory, format)) {
      Session root = disk.root();
      root.mkdir(path("/a"), 0777);
      root.mkdir(path("/b"), 0777);
      root.mkdir(path("/a/sub"), 0777);
      write(root, "/a/one", "1");
      write(root, "/b/two", "2");
      root.rename(path("/a/one"), path("/b/two"), Set.of());
      assertThat(read(root, "/b/two")).isEqualTo("1");
      root.rename(path("/a/sub"), path("/b/sub"), Set.of());
      assertThat(root.stat(path("/a")).links()).isEqualTo(2);
      assertThat(root.stat(path("/b")).links()).isEqualTo(3);
      assertErrno(() -> root.rename(path("/b"), path("/b/sub/x"), Set.of()), Errno.EINVAL);
      write(root, "/a/three", "3");
      root.rename(path("/a/three"), path("/b/sub"), Set.of(RenameFlag.EXCHANGE));
      assertThat(read(root, "/b/sub")).isEqualTo("3");
      assertThat(root.stat(path("/a")).links()).isEqualTo(3);
      assertThat(root.stat(path("/b")).links()).isEqualTo(2);
      root.rename(path("/b/sub"), path("/b/moved"), Set.of(RenameFlag.WHITEOUT));
      assertThat(root.lstat(path("/b/sub")).type()).isEqualTo(FileType.CHARACTER_DEVICE);
      assertErrno(
          () -> root.rename(path("/b/moved"), path("/b/two"), Set.of(RenameFlag.NO_REPLACE)),
          Errno.EEXIST);
      disk.remount();
      assertThat(read(disk.root(), "/b/moved")).isEqualTo("3");
      assertThat(list(disk.root(), "/a/three/..")).containsExactly(".", "..", "three");
    }
  }

  @ParameterizedTest
  @EnumSource(Format.class)
  void filesLiveUntilTheirLastUse(Format format) throws Ext4Exception {
    try (ScratchDisk disk = ScratchDisk.make(directory, format)) {
      Session root = disk.root();
      FileSystemStat before = root.statfs();
      write(root, "/file", "content");
      OpenFile open = root.open(path("/file"), Set.of(OpenFlag.READ), 0);
      root.unlink(path("/file"));
      byte[] bytes = new byte[7];
      assertThat(open.read(bytes, 0, 7)).isEqualTo(7);
      assertThat(open.stat().links()).isZero();
      open.close();
      OpenFile temporary = root.openTemporary(path("/"), CREATE, 0600);
      temporary.write(bytes, 0, 7);
      root.link(temporary, path("/named"));
      temporary.close();
      assertThat(read(root, "/named")).isEqualTo("content");
      root.unlink(path("/named"));
      disk.ext4().sync();
      assertThat(root.statfs()).isEqualTo(before);
    }
  }

  @ParameterizedTest
  @EnumSource(value = Format.class, names = "EXT2", mode = EnumSource.Mode.EXCLUDE)
  void whatWasOpenIsGoneAfterACrash(Format format) throws Ext4Exception {
    try (ScratchDisk disk = ScratchDisk.make(directory, format)) {
      Session root = disk.root();
      FileSystemStat before = root.statfs();
      write(root, "/file", "content".repeat(10_000));
      root.open(path("/file"), Set.of(OpenFlag.READ), 0);
      root.unlink(path("/file"));
      OpenFile temporary = root.openTemporary(path("/"), CREATE, 0600);
      temporary.write(new byte[5000], 0, 5000);
      disk.ext4().sync();
      disk.crash();
      assertThat(list(disk.root(), "/")).containsExactly(".", "..", "lost+found");
      disk.ext4().sync();
      assertThat(disk.root().statfs()).isEqualTo(before);
    }
  }

  @ParameterizedTest
  @EnumSource(Format.class)
  void aDirectoryGrowsAndIsEmptiedAgain(Format format) throws Ext4Exception {
    try (ScratchDisk disk = ScratchDisk.make(directory, format)) {
      Session root = disk.root();
      root.mkdir(path("/many"), 0777);
      for (int i = 0; i < 2_000; i++) {
        root.open(path("/many/a-file-of-many-" + i), CREATE, 0666).close();
      }
      assertThat(list(root, "/many")).hasSize(2_002);
      disk.remount();
      root = disk.root();
      for (int i = 0; i < 2_000; i++) {
        root.unlink(path("/many/a-file-of-many-" + i));
      }
      root.rmdir(path("/many"));
    }
  }

  @ParameterizedTest
  @EnumSource(Format.class)
  void aFileKeepsTheTimeOfItsBirth(Format format) throws Ext4Exception {
    Instant birth = Instant.ofEpochSecond(5_000_000_000L, 123_000_000);
    AtomicReference<Instant> now = new AtomicReference<>(birth);
    MountOptions options = MountOptions.READ_WRITE.withTime(now::get);
    try (ScratchDisk disk = ScratchDisk.make(directory, "16M", format.options(), options)) {
      Session root = disk.root();
      write(root, "/file", "content");
      now.set(birth.plusSeconds(60));
      write(root, "/file", "other content");
      root.chmod(path("/file"), 0600);
      root.rename(path("/file"), path("/moved"), Set.of());
      disk.remount();

      FileStat stat = disk.root().stat(path("/moved"));
      assertThat(stat.created()).contains(birth);
      assertThat(stat.modified()).isEqualTo(birth.plusSeconds(60));
      disk.unmount();
      // The low 32 bits of the seconds; nanoseconds, shifted, with the high ones.
      assertThat(Tool.DEBUGFS.run("-R", "stat /moved", disk.image()))
          .contains("crtime: 0x%08x:%08x".formatted((int) 5_000_000_000L, 123_000_000 << 2 | 1));
    }
  }
}
