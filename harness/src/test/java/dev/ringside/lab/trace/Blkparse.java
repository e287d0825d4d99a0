package dev.ringside.lab.trace;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The outside reader of blktrace's files. */
final class Blkparse {
  private Blkparse() {}

  static void assumeInstalled() throws IOException, InterruptedException {
    boolean installed;
    try {
      installed = new ProcessBuilder("blkparse", "-V").start().waitFor() == 0;
    } catch (IOException absent) {
      installed = false;
    }
    assumeTrue(installed, "blkparse is missing: install Debian's package blktrace");
  }

  /** Runs blkparse in a folder; the text goes to {@code output}. */
  static void run(Path directory, Path output, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("blkparse", "-q"));
    command.addAll(List.of(arguments));
    int status =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectOutput(output.toFile())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start()
            .waitFor();
    if (status != 0) {
      throw new IOException(command + " ended with status " + status);
    }
  }
}
