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

/** An image as the kernel of this machine mounts it, for the superuser. */
public final class KernelMount implements AutoCloseable {
  private final Path directory;

  private KernelMount(Path directory) {
    this.directory = directory;
  }

  /** Mounts an image file; skips the test, aloud, where that is not allowed. */
  public static KernelMount of(Path image) {
    try {
      assumeTrue("root".equals(System.getProperty("user.name")), "only root mounts images");
      Path directory = Files.createTempDirectory("ringside-mount");
      Result mounted = execute(List.of("mount", "-o", "loop", image, directory));
      if (mounted.status != 0) {
        Files.delete(directory);
        assumeTrue(false, "the kernel does not mount the image: " + mounted.output);
      }
      return new KernelMount(directory);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private record Result(int status, String output) {}

  private static Result execute(List<Object> command) {
    List<String> words = new ArrayList<>();
    command.forEach(word -> words.add(word.toString()));
    try {
      Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
      process.getOutputStream().close();
      String output =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
      return new Result(process.waitFor(), output);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(interrupted);
    }
  }

  /** Where the root of the filesystem is. */
  public Path directory() {
    return directory;
  }

  /**
   * Runs a program of Python in the root of the filesystem; it has to succeed.
   *
   * @return what it prints
   */
  public String python(String program) {
    Result result =
        execute(
            List.of(
                "python3", "-c", "import os,sys\nos.chdir('%s')\n".formatted(directory) + program));
    assumeTrue(result.status != 127, "python3 is missing: install the package python3");
    assertThat(result.status).as("%s%n%s", program, result.output).isZero();
    return result.output;
  }

  @Override
  public void close() {
    Result unmounted = execute(List.of("umount", directory));
    assertThat(unmounted.status).as(unmounted.output).isZero();
    try {
      Files.delete(directory);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
