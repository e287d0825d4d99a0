package dev.ringside.ext4;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.FileType;
import dev.ringside.ext4.testing.Fixture;
import dev.ringside.ext4.testing.ImageEditor;
import dev.ringside.ext4.testing.MountedImage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Paths lead where POSIX says, and fail with its errors. */
final class PathTest {
  private MountedImage image;
  private Ext4 ext4;

  @BeforeEach
  void mount() throws Ext4Exception {
    image = MountedImage.of(Fixture.EXT4_4K);
    ext4 = image.ext4();
  }

  @AfterEach
  void unmount() {
    image.close();
  }

  @ParameterizedTest
  @CsvSource({
    "/files/../files/./hello.txt",
    "//files///hello.txt",
    "/../../files/hello.txt",
    "/links/fast",
    "/links/slow",
    "/links/absolute",
    "/links/hard",
    "/links/directory/../../../files/hello.txt",
    "files/hello.txt",
  })
  void leadsToTheSameFile(String path) throws Ext4Exception {
    assertThat(ext4.stat(Ext4Path.of(path))).isEqualTo(ext4.stat(Ext4Path.of("/files/hello.txt")));
  }

  @ParameterizedTest
  @CsvSource({
    "/absent, ENOENT",
    "/absent/file, ENOENT",
    "'', ENOENT",
    "/links/fast-59, ENOENT",
    "/files/hello.txt/, ENOTDIR",
    "/files/hello.txt/., ENOTDIR",
    "/files/hello.txt/.., ENOTDIR",
    "/files/hello.txt/file, ENOTDIR",
    "/links/fast/, ENOTDIR",
    "/links/loop-a, ELOOP",
    "/links/loop-a/file, ELOOP",
  })
  void failsWithTheErrnoOfTheSystemCall(String path, Errno errno) {
    assertErrno(() -> ext4.stat(Ext4Path.of(path)), errno);
  }

  @Test
  void lastLinkIsKeptOnRequestUnlessASlashFollows() throws Ext4Exception {
    assertThat(ext4.lstat(Ext4Path.of("/links/directory")).type()).isEqualTo(FileType.SYMLINK);
    assertThat(ext4.lstat(Ext4Path.of("/links/directory/")).type()).isEqualTo(FileType.DIRECTORY);
    assertThat(ext4.lstat(Ext4Path.of("/links/loop-a")).type()).isEqualTo(FileType.SYMLINK);
  }

  @Test
  void slashAtTheEndOfALinksTargetAsksNothingOfWhatFollowsTheLink(@TempDir Path directory)
      throws Ext4Exception {
    ImageEditor editor = ImageEditor.of(Fixture.EXT2.copyTo(directory.resolve("image")));
    int lastLetter = "../nested/a/".length();
    editor.put8(editor.blockArea("/links/directory") + lastLetter, '/');

    try (MountedImage edited = MountedImage.of(editor.image())) {
      String file = "/links/directory/../../files/hello.txt";
      assertThat(edited.ext4().stat(Ext4Path.of(file)).type()).isEqualTo(FileType.REGULAR);
      assertErrno(() -> edited.ext4().stat(Ext4Path.of(file + "/")), Errno.ENOTDIR);
    }
  }

  @Test
  void followsFortyLinksAndNoMore() throws Ext4Exception {
    String there = "links/directory/../../../";
    assertThat(ext4.stat(Ext4Path.of("/" + there.repeat(40) + "files")).type())
        .isEqualTo(FileType.DIRECTORY);
    assertErrno(() -> ext4.stat(Ext4Path.of("/" + there.repeat(41) + "files")), Errno.ELOOP);
  }

  @Test
  void longNamesAndPathsAreRefused() throws Ext4Exception {
    assertThat(ext4.stat(Ext4Path.of("/names/" + "n".repeat(255))).size()).isEqualTo(1);
    assertErrno(() -> ext4.stat(Ext4Path.of("/names/" + "n".repeat(256))), Errno.ENAMETOOLONG);
    assertErrno(() -> ext4.stat(Ext4Path.of("/".repeat(4096))), Errno.ENAMETOOLONG);
    assertThat(ext4.stat(Ext4Path.of("/".repeat(4095))).type()).isEqualTo(FileType.DIRECTORY);
  }

  @Test
  void openingTheWrongKindFails() {
    assertErrno(() -> ext4.open(Ext4Path.of("/files")), Errno.EISDIR);
    assertErrno(() -> ext4.open(Ext4Path.of("/special/fifo")), Errno.EINVAL);
    assertErrno(() -> ext4.openDirectory(Ext4Path.of("/files/hello.txt")), Errno.ENOTDIR);
    assertErrno(() -> ext4.readlink(Ext4Path.of("/files/hello.txt")), Errno.EINVAL);
  }

  @Test
  void readingBehindTheEndReadsNothing() throws Ext4Exception {
    Ext4File file = ext4.open(Ext4Path.of("/files/hello.txt"));
    byte[] target = new byte[20];

    assertThat(file.read(6, target, 2, 18)).isEqualTo(7);
    assertThat(new String(target, 2, 7, StandardCharsets.UTF_8)).isEqualTo(" ring!\n");
    assertThat(file.read(13, target, 0, 1)).isEqualTo(-1);
    assertErrno(() -> file.read(-1, target, 0, 1), Errno.EINVAL);
  }

  @Test
  void nothingWorksAfterUnmount() throws Ext4Exception {
    Ext4File file = ext4.open(Ext4Path.of("/files/hello.txt"));
    long free = image.disk().frames().freeBytes();
    ext4.close();

    assertThat(image.disk().frames().freeBytes()).isGreaterThan(free);
    assertErrno(() -> ext4.stat(Ext4Path.ROOT), Errno.EBADF);
    assertErrno(() -> file.read(0, new byte[1], 0, 1), Errno.EBADF);
  }

  private static void assertErrno(ThrowingCallable call, Errno errno) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            Ext4Exception.class, failure -> assertThat(failure.errno()).isEqualTo(errno));
  }
}
