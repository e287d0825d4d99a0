package dev.ringside.lab.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A C program that stands beside figures of Ringside's, compiled on this machine with its {@code
 * cc}.
 */
public final class CReference {
  private static final String RING = "ring";
  private static final String VHOST = "vhost";

  private final Path program;

  private CReference(Path program) {
    this.program = program;
  }

  /**
   * Compiles the program beside the ring's figures.
   *
   * @param root of the checkout
   * @return empty when this machine has no C compiler
   * @throws IOException when the source cannot be compiled
   */
  public static Optional<CReference> build(Path root) throws IOException {
    return build(root, RING);
  }

  /** As {@link #build(Path)}, the program beside the figures of another program's device. */
  public static Optional<CReference> buildVhost(Path root) throws IOException {
    return build(root, VHOST);
  }

  private static Optional<CReference> build(Path root, String name) throws IOException {
    if (!isOnPath("cc")) {
      return Optional.empty();
    }
    Path target =
        Files.createDirectories(root.resolve("harness/target")).resolve(name + "-reference");
    Path source = root.resolve("harness/src/main/c").resolve(name + ".c");
    run(List.of("cc", "-O2", "-pthread", "-o", target.toString(), source.toString()));
    return Optional.of(new CReference(target));
  }

  private static boolean isOnPath(String command) {
    for (String folder : System.getenv().getOrDefault("PATH", "").split(":", -1)) {
      if (Files.isExecutable(Path.of(folder).resolve(command))) {
        return true;
      }
    }
    return false;
  }

  /**
   * Runs it once.
   *
   * @return nanoseconds for each request
   */
  double measure(Loop loop, int batch, int seconds) throws IOException {
    return run(loop.toString(), String.valueOf(batch), String.valueOf(seconds));
  }

  /** Runs it once; the number that it prints. */
  double run(String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(program.toString());
    command.addAll(List.of(arguments));
    return Double.parseDouble(run(command).strip());
  }

  private static String run(List<String> command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try {
      String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new IOException("%s: %s".formatted(command.getFirst(), printed.strip()));
      }
      return printed;
    } catch (InterruptedException interrupted) {
      process.destroy();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", interrupted);
    }
  }
}
