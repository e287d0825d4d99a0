package dev.ringside.ext4.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ringside.ext4.alloc.SpaceCounts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** An image that the kernel has mounted, which takes root. */
public final class KernelMount implements AutoCloseable {
  private final Path directory;

  private KernelMount(Path directory) {
    this.directory = directory;
  }

  /** Mounts an image without a change to it; skips the test, aloud, when that is not possible. */
  public static KernelMount readOnly(Path image) {
    return mount(image, "loop,ro");
  }

  /** Mounts an image, which the kernel recovers and may change; otherwise like the other. */
  public static KernelMount writable(Path image) {
    return mount(image, "loop");
  }

  private static KernelMount mount(Path image, String options) {
    assumeTrue(System.getProperty("user.name").equals("root"), "mounting takes root");
    try {
      Path directory = Files.createTempDirectory("ringside-mount");
      boolean mounted = status("mount", "-o", options, image, directory) == 0;
      if (!mounted) {
        Files.delete(directory);
      }
      assumeTrue(mounted, "the kernel mounts no images here");
      return new KernelMount(directory);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static int status(Object... command) {
    return run(new ArrayList<>(), command);
  }

  private static int run(List<String> output, Object... command) {
    try {
      Process process =
          new ProcessBuilder(Arrays.stream(command).map(Object::toString).toList())
              .redirectErrorStream(true)
              .start();
      process.getOutputStream().close();
      output.add(
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip());
      return process.waitFor();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(interrupted);
    }
  }

  /** Where the filesystem's root is. */
  public Path directory() {
    return directory;
  }

  /** What {@code statfs} says. */
  public SpaceCounts space() {
    List<String> output = new ArrayList<>();
    assertThat(run(output, "stat", "-f", "-c", "%b %f %a %c %d", directory)).isZero();
    long[] numbers =
        Arrays.stream(output.getFirst().split(" ", -1)).mapToLong(Long::parseLong).toArray();
    return new SpaceCounts(numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]);
  }

  @Override
  public void close() {
    assertThat(status("umount", directory)).isZero();
    try {
      Files.delete(directory);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
