package dev.ringside.lab.interop;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;

/**
 * A program that is gone when this process is gone, with all processes that it started: it runs in
 * a process group of its own under a shell that holds the other end of a pipe, and that kills the
 * group when the pipe closes. So nothing stays behind when a test is killed.
 */
final class Leash implements AutoCloseable {
  /**
   * A session of its own, because what ends this process, as Ctrl-C does, is often sent to its
   * whole group.
   */
  private static final List<String> SHELL = List.of("setsid", "/bin/sh", "-c");

  private static final String SCRIPT = script();

  /**
   * How long a killed process may take to be gone: the kernel has to finish its input and output.
   */
  private static final Duration DEATH = Duration.ofSeconds(20);

  private final Process shell;

  private Leash(Process shell) {
    this.shell = shell;
  }

  /**
   * Starts a program, which reads nothing from its standard input.
   *
   * @param output gets its standard output and error
   */
  static Leash start(List<String> command, Path output) throws IOException {
    List<String> leashed = new ArrayList<>(SHELL);
    leashed.addAll(List.of(SCRIPT, "leash"));
    leashed.addAll(command);
    return new Leash(
        new ProcessBuilder(leashed)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start());
  }

  boolean isRunning() {
    return shell.isAlive();
  }

  /** Asks the program to end, as {@code kill} does. */
  void terminate() throws IOException {
    shell.getOutputStream().write("TERM\n".getBytes(StandardCharsets.US_ASCII));
    shell.getOutputStream().flush();
  }

  /** The exit status, if the program ends in time. */
  OptionalInt await(Duration limit) throws IOException {
    try {
      return shell.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)
          ? OptionalInt.of(shell.exitValue())
          : OptionalInt.empty();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", interrupted);
    }
  }

  /** Kills the program and whatever it started, at once. */
  @Override
  public void close() throws IOException {
    try {
      shell.getOutputStream().close();
    } catch (IOException _) {
      // It had ended already.
    }
    if (await(DEATH).isEmpty()) {
      shell.destroyForcibly();
      throw new IOException(
          "a killed process is still there after %d s".formatted(DEATH.toSeconds()));
    }
  }

  private static String script() {
    try (InputStream content = Leash.class.getResourceAsStream("leash")) {
      if (content == null) {
        throw new IllegalStateException("the resource leash is missing");
      }
      return new String(content.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
