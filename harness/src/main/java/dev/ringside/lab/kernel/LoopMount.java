package dev.ringside.lab.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;

/** An image, mounted by the kernel on a directory of its own. Needs the superuser. */
public final class LoopMount implements AutoCloseable {
  private static final int ATTEMPTS = 20;
  private static final int PAUSE_MS = 50;
  private static final Path MOUNTS = Path.of("/proc/mounts");
  private static final Path SETTINGS = Path.of("/sys/fs/ext4");
  private static final String ALL_MAY_ENTER = "rwxr-xr-x";

  private final Path directory;
  private boolean mounted;

  private LoopMount(Path directory) {
    this.directory = directory;
  }

  /** Why nothing can be mounted here; empty when it can. */
  public static String obstacle() {
    if (!System.getProperty("user.name", "").equals("root")) {
      return "mounting needs the superuser";
    }
    if (!Linux.isSupported()) {
      return "system calls are made on Linux on x86-64 only";
    }
    return Program.MOUNT.isPresent() ? "" : "mount is missing: install the package mount";
  }

  /**
   * Mounts.
   *
   * @param options of mount(8), besides {@code loop}
   */
  public static LoopMount of(Path image, String options) throws IOException {
    Path directory =
        Files.createTempDirectory(
            "ringside-mount",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString(ALL_MAY_ENTER));
    LoopMount mount = new LoopMount(directory);
    try {
      mount.mount(image, options);
      return mount;
    } catch (IOException failure) {
      Files.delete(directory);
      throw failure;
    }
  }

  private void mount(Path image, String options) throws IOException {
    String all = options.isEmpty() ? "loop" : "loop," + options;
    Program.Answer answer = Program.MOUNT.run("-o", all, image, directory);
    // Somebody else may take the free loop device first.
    for (int i = 1; answer.status() != 0 && i < ATTEMPTS && lostARace(answer); i++) {
      pause();
      answer = Program.MOUNT.run("-o", all, image, directory);
    }
    if (answer.status() != 0) {
      throw new IOException(
          "the kernel does not mount %s with %s: %s"
              .formatted(image, all, answer.output().strip()));
    }
    mounted = true;
  }

  private static boolean lostARace(Program.Answer answer) {
    return answer.output().toLowerCase(Locale.ROOT).contains("loop");
  }

  private static void pause() throws IOException {
    try {
      Thread.sleep(PAUSE_MS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", interrupted);
    }
  }

  /** Where the filesystem's root is. */
  public Path directory() {
    return directory;
  }

  /**
   * Sets a number of this mount under {@code /sys/fs/ext4}. A filesystem without it, as ext2 can
   * be, is left alone.
   */
  public void tune(String name, long value) throws IOException {
    String place = " " + directory + " ";
    for (String line : Files.readAllLines(MOUNTS)) {
      if (line.contains(place)) {
        String device = Path.of(line.substring(0, line.indexOf(' '))).getFileName().toString();
        Path setting = SETTINGS.resolve(device).resolve(name);
        if (Files.exists(setting)) {
          Files.writeString(setting, Long.toString(value));
        }
      }
    }
  }

  /**
   * Takes the mount out of sight at once, for a process that ends while files are open on it: the
   * kernel unmounts when the last of them is closed.
   */
  public void abandon() {
    try {
      Program.UMOUNT.run("-l", "-d", directory);
      Files.deleteIfExists(directory);
    } catch (IOException left) {
      // Nobody is left to be told, and the mount says itself where it is.
      mounted = false;
    }
  }

  /** Unmounts, which writes everything to the image. */
  @Override
  public void close() throws IOException {
    if (!mounted) {
      return;
    }
    Program.Answer answer = Program.UMOUNT.run("-d", directory);
    for (int i = 1; answer.status() != 0 && i < ATTEMPTS; i++) {
      pause();
      answer = Program.UMOUNT.run("-d", directory);
    }
    if (answer.status() != 0) {
      throw new IOException(answer.output().strip());
    }
    mounted = false;
    Files.delete(directory);
  }
}
