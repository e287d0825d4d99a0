package dev.ringside.lab.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ringside.lab.kernel.Program;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The heap does not grow with the image, nor with what is written to it. */
final class LargeImageTest {
  private static final String HEAP = "-Xmx64m";
  private static final long TEBIBYTE = 1L << 40;

  /** More than the heap. */
  private static final int FILE_MIB = 80;

  @TempDir
  @SuppressWarnings("NullAway.Init") // JUnit sets it
  private Path directory;

  @Test
  void aTebibyteIsWrittenAndReadWith64MebibytesOfHeap() throws IOException, InterruptedException {
    assumeTrue(Program.MKE2FS.isPresent(), "mke2fs is missing: install the package e2fsprogs");
    Path image = directory.resolve("image");
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(TEBIBYTE);
    }
    Program.MKE2FS.succeed("-q", "-F", "-t", "ext4", "-E", "lazy_itable_init=1", image);
    Path source = makeFile();
    Path copy = directory.resolve("copy");

    ringside("put", image, source, "/file");
    ringside("get", image, "/file", copy);

    Program.E2FSCK.succeed("-fn", image);
    assertThat(Files.mismatch(source, copy)).isEqualTo(-1);
  }

  private Path makeFile() throws IOException {
    Path file = directory.resolve("file");
    Random random = new Random(1);
    byte[] piece = new byte[1 << 20];
    try (OutputStream out = Files.newOutputStream(file)) {
      for (int i = 0; i < FILE_MIB; i++) {
        random.nextBytes(piece);
        out.write(piece);
      }
    }
    return file;
  }

  /** Runs the command in a JVM of its own. */
  private static void ringside(Object... arguments) throws IOException, InterruptedException {
    String root = System.getProperty("ringside.root");
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "@" + root + "/harness/jvm.options",
                HEAP,
                "-cp",
                System.getProperty("java.class.path"),
                Ringside.class.getName()));
    for (Object argument : arguments) {
      command.add(argument.toString());
    }
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as("%s: %s", command, output).isZero();
  }
}
