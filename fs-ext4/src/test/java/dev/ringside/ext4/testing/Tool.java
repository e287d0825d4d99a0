package dev.ringside.ext4.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A program of e2fsprogs, used as an oracle or to make an image. */
public enum Tool {
  MKE2FS("mke2fs"),
  DEBUGFS("debugfs"),
  TUNE2FS("tune2fs"),
  E2FSCK("e2fsck");

  private final String program;

  Tool(String program) {
    this.program = program;
  }

  private static boolean isExecutable(String program) {
    return Files.isExecutable(Path.of("/usr/sbin", program))
        || Files.isExecutable(Path.of("/sbin", program));
  }

  /** Skips the test, aloud, when the program is missing. */
  public void assumePresent() {
    assumeTrue(isExecutable(program), program + " is missing: install the package e2fsprogs");
  }

  /**
   * Runs the program, which has to succeed.
   *
   * @return its standard output, a character for each byte
   */
  public String run(Object... arguments) {
    return runUpTo(0, arguments);
  }

  /**
   * Runs the program, whose status says how much it did.
   *
   * @param highest status that is no failure: 1 for e2fsck, which has then mended something
   */
  public String runUpTo(int highest, Object... arguments) {
    assumePresent();
    List<String> command = new ArrayList<>();
    command.add(program);
    for (Object argument : arguments) {
      command.add(argument.toString());
    }
    try {
      ProcessBuilder builder = new ProcessBuilder(command);
      builder.environment().merge("PATH", "/usr/sbin:/sbin", (path, more) -> path + ":" + more);
      builder.environment().put("TZ", "UTC");
      Path messages = Files.createTempFile("ringside", ".stderr");
      Process process = builder.redirectError(messages.toFile()).start();
      process.getOutputStream().close();
      String output =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
      int status = process.waitFor();
      String message = Files.readString(messages);
      Files.delete(messages);
      assertThat(status).as("%s: %s%s", command, output, message).isBetween(0, highest);
      return output;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(interrupted);
    }
  }
}
