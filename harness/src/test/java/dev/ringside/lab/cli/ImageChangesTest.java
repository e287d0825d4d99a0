package dev.ringside.lab.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The subcommands that change an image leave one that e2fsck finds nothing wrong with. */
final class ImageChangesTest {
  private static final Instant THEN = Instant.parse("2001-02-03T04:05:06.789Z");

  @TempDir
  @SuppressWarnings("NullAway.Init") // JUnit sets it
  private Path directory;

  @SuppressWarnings("NullAway.Init") // set before each test
  private Path image;

  @BeforeEach
  void unpack() throws IOException {
    image = directory.resolve("image");
    Path packed =
        Path.of(System.getProperty("ringside.root"), "images", "fixtures", "ext4-4k.img.gz");
    try (InputStream content = new GZIPInputStream(Files.newInputStream(packed))) {
      Files.copy(content, image);
    }
  }

  @AfterEach
  void check() throws IOException, InterruptedException {
    Path e2fsck = Path.of("/usr/sbin/e2fsck");
    assumeTrue(Files.isExecutable(e2fsck), "e2fsck is missing: install the package e2fsprogs");
    Process process =
        new ProcessBuilder(e2fsck.toString(), "-fn", image.toString())
            .redirectErrorStream(true)
            .start();
    String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    assertThat(process.waitFor()).as(output).isZero();
  }

  private Path makeTree() throws IOException {
    Path tree = directory.resolve("tree");
    Files.createDirectories(tree.resolve("below"));
    Path file = Files.writeString(tree.resolve("below/file"), "content".repeat(100_000));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r-xr-x---"));
    Files.createSymbolicLink(tree.resolve("link"), Path.of("below/file"));
    Files.setLastModifiedTime(file, FileTime.from(THEN));
    Files.setLastModifiedTime(tree.resolve("below"), FileTime.from(THEN));
    return tree;
  }

  @Test
  void whatIsPutComesBack() throws IOException {
    Path tree = makeTree();
    Path back = directory.resolve("back");

    assertThat(CommandRun.of("put", image, tree, "/put").err()).isEmpty();
    assertThat(CommandRun.of("get", image, "/put", back).err()).isEmpty();

    assertThat(back.resolve("below/file")).hasSameBinaryContentAs(tree.resolve("below/file"));
    assertThat(Files.readSymbolicLink(back.resolve("link"))).isEqualTo(Path.of("below/file"));
    assertThat(Files.getPosixFilePermissions(back.resolve("below/file")))
        .isEqualTo(PosixFilePermissions.fromString("r-xr-x---"));
    for (String name : new String[] {"below", "below/file"}) {
      assertThat(Files.getLastModifiedTime(back.resolve(name), LinkOption.NOFOLLOW_LINKS))
          .isEqualTo(FileTime.from(THEN));
    }
  }

  @Test
  void putReplacesAFileAndGoesIntoADirectory() throws IOException {
    Path local = Files.writeString(directory.resolve("hello.txt"), "other");

    assertThat(CommandRun.of("put", image, local, "/files").status()).isZero();
    assertThat(CommandRun.of("get", image, "/files/hello.txt", directory).status()).isZero();

    assertThat(local).hasContent("other");
    assertThat(CommandRun.of("ls", image, "/files").out()).doesNotContain("ringside-put");
  }

  @Test
  void rmTakesDirectoriesOnlyWhenAsked() {
    assertThat(CommandRun.of("mkdir", image, "/new").status()).isZero();
    assertThat(CommandRun.of("mkdir", image, "/new").err())
        .matches("ringside: .*/image: /new: file exists\\R");
    CommandRun refused = CommandRun.of("rm", image, "/new");
    assertThat(refused.status()).isEqualTo(OneLineErrors.UNUSABLE_INPUT);
    assertThat(refused.err()).matches("ringside: .*/image: /new: is a directory\\R");

    CommandRun removed = CommandRun.of("rm", "-r", "--json", "-", image, "/links");

    assertThat(removed.status()).isZero();
    assertThat(removed.out())
        .contains("{\"path\":\"/links/fast\",\"type\":\"symlink\",\"copied_bytes\":0}")
        .endsWith("{\"path\":\"/links\",\"type\":\"directory\",\"copied_bytes\":0}\n");
    assertThat(CommandRun.of("stat", image, "/links").err()).contains("no such file");
  }
}
