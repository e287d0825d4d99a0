package dev.ringside.lab.bench.files;

import dev.ringside.lab.kernel.LoopMount;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The directory on the kernel's side of a comparison: one that somebody has mounted, or an ext4
 * that is made for it and mounted on a loop device. The latter is unmounted and deleted when this
 * is closed, and also when the process is interrupted.
 */
public final class ComparedDirectory implements AutoCloseable {
  /** What stands for a filesystem that is made for the comparison. */
  public static final String LOOP = "loop";

  private final Optional<Path> directory;
  private final Closing closing;

  private ComparedDirectory(Optional<Path> directory, Closing closing) {
    this.directory = directory;
    this.closing = closing;
  }

  /** What is left to do at the end. */
  private interface Closing {
    void close() throws IOException;
  }

  /** Nothing to compare with. */
  public static ComparedDirectory none() {
    return new ComparedDirectory(Optional.empty(), () -> {});
  }

  /** A directory as it is. */
  public static ComparedDirectory existing(Path directory) {
    return new ComparedDirectory(Optional.of(directory), () -> {});
  }

  /**
   * Makes an image and mounts it.
   *
   * @param place where the image is made
   * @param size in the words of mke2fs
   * @throws IOException also when this process may not mount; the message says why
   */
  @SuppressWarnings("resource") // both are closed by what closes this
  public static ComparedDirectory loop(Path place, String size) throws IOException {
    String obstacle = LoopMount.obstacle();
    if (!obstacle.isEmpty()) {
      throw new IOException(
          "%s: name a directory on a mounted ext4 instead of '%s'".formatted(obstacle, LOOP));
    }
    BenchImage image = BenchImage.make(place, size);
    try {
      LoopMount mount = LoopMount.of(image.path(), "");
      Thread interrupted = new Thread(mount::abandon, "unmount");
      Runtime.getRuntime().addShutdownHook(interrupted);
      return new ComparedDirectory(
          Optional.of(mount.directory()),
          () -> {
            if (forget(interrupted)) {
              mount.close();
              image.close();
            }
          });
    } catch (IOException failure) {
      image.close();
      throw failure;
    }
  }

  /** False when the process is ending, and the other thread cleans up. */
  private static boolean forget(Thread hook) {
    try {
      return Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException ending) {
      return false;
    }
  }

  /** Where the calls are made, if they are. */
  public Optional<Path> path() {
    return directory;
  }

  @Override
  public void close() throws IOException {
    closing.close();
  }
}
