package dev.ringside.ext4.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ringside.ext4.alloc.SpaceCounts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** An image as the kernel of this machine mounts it, which takes the superuser. */
public final class KernelMount implements AutoCloseable {
  private final Path root;

  private KernelMount(Path root) {
    this.root = root;
  }

  /** Skips the test, aloud, when images cannot be mounted here. */
  public static void assumePossible() {
    assumeTrue(
        "root".equals(System.getProperty("user.name"))
            && Files.exists(Path.of("/dev/loop-control")),
        "a loop mount takes root and loop devices");
  }

  /** Mounts an image file; skips the test, aloud, where that is not possible. */
  public static KernelMount of(Path image) {
    return mount(image, "loop");
  }

  /** Mounts an image without a change to it; skips the test, aloud, where that is not possible. */
  public static KernelMount readOnly(Path image) {
    return mount(image, "loop,ro");
  }

  private static KernelMount mount(Path image, String options) {
    assumePossible();
    try {
      Path root = Files.createTempDirectory("ringside-mount");
      Result mounted = execute("mount", "-t", "ext4", "-o", options, image, root);
      assertThat(mounted.status).as(mounted.output).isZero();
      return new KernelMount(root);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private record Result(int status, String output) {}

  private static Result execute(Object... command) {
    List<String> words = Arrays.stream(command).map(Object::toString).toList();
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
  public Path root() {
    return root;
  }

  /**
   * Runs a program of Python in the root of the filesystem; it has to succeed.
   *
   * @return what it prints
   */
  public String python(String program) {
    Result result =
        execute("python3", "-c", "import os,sys\nos.chdir('%s')\n".formatted(root) + program);
    assertThat(result.status).as("%s%n%s", program, result.output).isZero();
    return result.output;
  }

  /** What {@code statfs} says. */
  public SpaceCounts space() {
    Result result = execute("stat", "-f", "-c", "%b %f %a %c %d", root);
    assertThat(result.status).as(result.output).isZero();
    long[] numbers =
        Arrays.stream(result.output.strip().split(" ", -1)).mapToLong(Long::parseLong).toArray();
    return new SpaceCounts(numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]);
  }

  @Override
  public void close() {
    Result unmounted = execute("umount", root);
    assertThat(unmounted.status).as(unmounted.output).isZero();
    try {
      Files.delete(root);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
