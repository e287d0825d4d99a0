package dev.ringside.lab.kernel;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A program of e2fsprogs or util-linux, which makes, mounts or judges images. */
public enum Program {
  MKE2FS("mke2fs"),
  E2FSCK("e2fsck"),
  TUNE2FS("tune2fs"),
  DEBUGFS("debugfs"),
  MOUNT("mount"),
  UMOUNT("umount");

  private static final List<String> PLACES = List.of("/usr/sbin", "/sbin", "/usr/bin", "/bin");

  private final String program;

  Program(String program) {
    this.program = program;
  }

  /** Whether it is installed. */
  public boolean isPresent() {
    return PLACES.stream().anyMatch(place -> Files.isExecutable(Path.of(place, program)));
  }

  /**
   * What a program answered.
   *
   * @param output its standard output and error
   */
  public record Answer(int status, String output) {}

  /** Runs the program to its end. */
  public Answer run(Object... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(program);
    for (Object argument : arguments) {
      command.add(argument.toString());
    }
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().merge("PATH", "/usr/sbin:/sbin", (path, more) -> path + ":" + more);
    Process process;
    try {
      process = builder.start();
    } catch (IOException missing) {
      throw new IOException(
          program + " cannot be run: install the package e2fsprogs, or mount", missing);
    }
    process.getOutputStream().close();
    String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    try {
      return new Answer(process.waitFor(), output);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IOException(program + " was interrupted", interrupted);
    }
  }

  /** Runs the program, which has to succeed. */
  public String succeed(Object... arguments) throws IOException {
    Answer answer = run(arguments);
    if (answer.status() != 0) {
      throw new IOException(
          "%s %s: status %d, %s"
              .formatted(program, List.of(arguments), answer.status(), answer.output().strip()));
    }
    return answer.output();
  }
}
