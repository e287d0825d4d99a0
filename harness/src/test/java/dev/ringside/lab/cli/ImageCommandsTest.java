package dev.ringside.lab.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4Exception;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What the subcommands that look into an image print. */
final class ImageCommandsTest {
  private static final String FIXTURE = "ext4-4k.img.gz";

  @TempDir
  @SuppressWarnings("NullAway.Init") // JUnit sets it
  private static Path directory;

  @SuppressWarnings("NullAway.Init") // set before all tests
  private static Path image;

  @BeforeAll
  static void unpack() throws IOException {
    image = unpack(FIXTURE);
  }

  private static Path unpack(String fixture) throws IOException {
    Path unpacked = directory.resolve(fixture + ".unpacked");
    Path packed =
        Path.of(System.getProperty("ringside.root"), "images", "fixtures").resolve(fixture);
    try (InputStream content = new GZIPInputStream(Files.newInputStream(packed))) {
      Files.copy(content, unpacked);
    }
    return unpacked;
  }

  @Test
  void anImageThatWasNotUnmountedIsRemarkedOn() throws IOException {
    Path dirty = unpack("dirty-wrapped.img.gz");

    CommandRun run = CommandRun.of("ls", dirty, "/round-25");

    assertThat(run.status()).isZero();
    assertThat(run.out()).contains("moved-3");
    assertThat(run.err())
        .matches(
            "ringside: .* was not unmounted; it is shown as its journal leaves it"
                + " \\(\\d+ transactions, \\d+ blocks\\)\\R");
  }

  @Test
  void lsListsLikeTheToolOfThatName() throws Exception {
    assertThat(run(new LsCommand(), "/special").lines())
        .satisfiesExactly(
            line -> assertThat(line).matches("brw------- \\d+ 1 0 0 259, 70000 .* block-large"),
            line -> assertThat(line).matches("brw-r----- \\d+ 1 0 0 +8, 3 .* block-small"),
            line -> assertThat(line).matches("crw-rw-rw- \\d+ 1 0 0 +1, 3 .* character"),
            line -> assertThat(line).matches("prw--w--w- \\d+ 1 0 0 +0 .* fifo"));
    assertThat(run(new LsCommand(), "/files"))
        .contains("-rwsr-x--x")
        .contains("     30 2040-05-06 ");
  }

  @Test
  void lsShowsWhereLinksLeadAndDotsOnRequest() throws Exception {
    assertThat(run(new LsCommand(), "/links"))
        .contains(" fast -> ../files/hello.txt\n")
        .doesNotContain(" ..\n");
    assertThat(run(new LsCommand(), "-a", "/links")).contains(" .\n").contains(" ..\n");
    assertThat(run(new LsCommand(), "/links/fast")).contains(" /links/fast -> ../files/hello.txt");
  }

  @Test
  void namesArePrintedSafelyAndTakenBack() throws Exception {
    String name = "control-\\x01-tab-\\t-newline-\\n-end";
    assertThat(run(new LsCommand(), "/names"))
        .contains(name, "grüße-日本", "latin-\\xe4\\xf6\\xfc", "back\\\\slash");

    assertThat(cat("/names/" + name)).isEqualTo("c");
    assertThat(cat("/names/latin-\\xe4\\xf6\\xfc")).isEqualTo("l");
    assertThat(cat("/names/back\\\\slash")).isEqualTo("b");
  }

  @Test
  void treeDrawsAndCounts() throws Exception {
    assertThat(run(new TreeCommand(), "/nested/a/b/c/d/e/f"))
        .isEqualTo(
            """
            /nested/a/b/c/d/e/f
            └── g
                └── h
                    └── file

            2 directories, 1 file
            """);
    assertThat(run(new TreeCommand(), "/"))
        .contains("├── files\n│   ├── empty\n", "│   └── sparse\n├── links\n")
        .endsWith(" files\n");
  }

  @Test
  void catCopiesEveryByte() throws Exception {
    assertThat(cat("/files/hello.txt")).isEqualTo("Hello, ring!\n");
    assertThat(cat("/files/hole")).hasSize(3 << 20).matches("\0*");
    assertThat(cat("/files/empty")).isEmpty();
  }

  @Test
  void catEndsQuietlyWhenThePipeIsClosed() throws Exception {
    OutputStream closed =
        new OutputStream() {
          @Override
          public void write(int value) throws IOException {
            throw new IOException("Broken pipe");
          }
        };

    assertThat(run(new CatCommand(closed), "/files/large")).isEmpty();
  }

  @Test
  void catFailsWhenTheOutputDoes() {
    OutputStream full =
        new OutputStream() {
          @Override
          public void write(int value) throws IOException {
            throw new IOException("No space left on device");
          }
        };

    assertThatThrownBy(() -> run(new CatCommand(full), "/files/large"))
        .isInstanceOf(IOException.class)
        .hasMessage("standard output: No space left on device");
  }

  @Test
  void statPrintsTimesFlagsAndMapping() throws Exception {
    assertThat(run(new StatCommand(), "/files/far-future"))
        .contains("mode        0644 -rw-r--r--\n")
        .contains("size        30 bytes, 8 sectors on the disk\n")
        .contains("flags       extents\n")
        .contains("1 extents, depth 0, 1 blocks of 4096 bytes mapped, 0 unwritten\n")
        .contains("modified    2040-05-06 ")
        .contains(".123456789\n");
    assertThat(run(new StatCommand(), "/links/fast")).contains("type        symlink\n");
    assertThat(run(new StatCommand(), "-L", "/links/fast")).contains("type        regular\n");
  }

  @Test
  void jsonHasALineForEachFile() throws Exception {
    Path file = directory.resolve("lines.json");
    run(new TreeCommand(), "--json", file, "/special");

    assertThat(Files.readAllLines(file)).hasSize(4);
    JsonNode first = new ObjectMapper().readTree(Files.readAllLines(file).getFirst());
    assertThat(first.path("path").asText()).isEqualTo("/special/block-large");
    assertThat(first.path("type").asText()).isEqualTo("block_device");
    assertThat(first.path("mode").asText()).isEqualTo("0600");
    assertThat(first.path("device_minor").asInt()).isEqualTo(70000);

    JsonNode stat =
        new ObjectMapper().readTree(run(new StatCommand(), "--json", "-", "/files/fragmented"));
    assertThat(stat.path("size_bytes").asLong()).isEqualTo(2_453_504);
    assertThat(stat.path("extents").asInt()).isEqualTo(300);
    assertThat(stat.path("mapping_depth").asInt()).isEqualTo(1);
    assertThat(run(new LsCommand(), "--json", "-", "/many").lines()).hasSize(5000);
  }

  @Test
  void failuresNameTheImage() {
    assertThatThrownBy(() -> run(new CatCommand(new ByteArrayOutputStream()), "/absent"))
        .isInstanceOf(IOException.class)
        .hasMessage(image + ": /absent: no such file or directory")
        .cause()
        .isInstanceOfSatisfying(
            Ext4Exception.class, cause -> assertThat(cause.errno()).isEqualTo(Errno.ENOENT));
    assertThatThrownBy(() -> execute(new LsCommand(), "/no/image"))
        .isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void badEscapeIsWrongUsage() {
    assertThatThrownBy(() -> run(new LsCommand(), "/a\\q"))
        .isInstanceOf(CommandLine.ParameterException.class)
        .hasMessageContaining("after a backslash");
  }

  @Test
  void failuresAreOneLineAndAnExitStatus() {
    CommandRun absent = CommandRun.of("stat", image, "/absent");
    assertThat(absent.status()).isEqualTo(3);
    assertThat(absent.err())
        .isEqualTo("ringside: " + image + ": /absent: no such file or directory\n");
    assertThat(CommandRun.of("ls", image, "/a\\q").status()).isEqualTo(2);
    assertThat(CommandRun.of("ls", "--json", "/no/directory", image).status()).isEqualTo(2);
    assertThat(CommandRun.of("tree", image, "/nested").status()).isZero();
  }

  private static String cat(String path) throws Exception {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    run(new CatCommand(content), path);
    return content.toString(StandardCharsets.UTF_8);
  }

  /** Runs a command on the image, which comes before the last argument: the path. */
  private static String run(Callable<Integer> command, Object... arguments) throws Exception {
    Object[] all = new Object[arguments.length + 1];
    int path = arguments.length - 1;
    System.arraycopy(arguments, 0, all, 0, path);
    all[path] = image;
    all[path + 1] = arguments[path];
    return execute(command, all);
  }

  private static String execute(Callable<Integer> command, Object... arguments) throws Exception {
    String[] words = new String[arguments.length];
    for (int i = 0; i < words.length; i++) {
      words[i] = arguments[i].toString();
    }
    StringWriter out = new StringWriter();
    CommandLine line = new CommandLine(command).setOut(new PrintWriter(out));
    line.parseArgs(words);
    assertThat(command.call()).isZero();
    line.getOut().flush();
    return out.toString();
  }
}
