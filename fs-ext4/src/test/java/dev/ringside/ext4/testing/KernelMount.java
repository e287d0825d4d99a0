package dev.ringside.ext4.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** An image, mounted by the kernel for reading and writing. */
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
        "a loop mount needs root and loop devices");
  }

  /** Mounts an image. */
  public static KernelMount of(Path image) {
    try {
      Path root = Files.createTempDirectory("ringside-mount");
      run("mount", "-t", "ext4", "-o", "loop", image.toString(), root.toString());
      return new KernelMount(root);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** Where the filesystem's root is. */
  public Path root() {
    return root;
  }

  private static void run(String... command) throws IOException {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String output =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
      assertThat(process.waitFor()).as("%s: %s", String.join(" ", command), output).isZero();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(interrupted);
    }
  }

  @Override
  public void close() {
    try {
      run("umount", root.toString());
      Files.delete(root);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
