package dev.ringside.ext4.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** An image that mke2fs makes for a test, with a few empty files in its root. */
public final class TestImage {
  private final Path path;

  private TestImage(Path path) {
    this.path = path;
  }

  /**
   * Makes an image.
   *
   * @param size as mke2fs takes it
   * @param options of mke2fs, separated by blanks
   */
  public static TestImage make(Path path, String size, String options) {
    List<Object> arguments = new ArrayList<>(List.of("-q", "-F"));
    arguments.addAll(List.of((Object[]) options.split(" ", -1)));
    arguments.add(path);
    arguments.add(size);
    Tool.MKE2FS.run(arguments.toArray());
    return new TestImage(path);
  }

  /** Adds empty files to the root. */
  public TestImage withFiles(int count) {
    try {
      Path empty = Files.createTempFile("ringside", ".empty");
      for (int i = 0; i < count; i++) {
        Tool.DEBUGFS.run("-w", "-R", "write %s file%d".formatted(empty, i), path);
      }
      Files.delete(empty);
      return this;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  public Path path() {
    return path;
  }

  /** The inode number of one of the files. */
  public long inode(int index) {
    String stat = Tool.DEBUGFS.run("-R", "stat /file" + index, path);
    return Long.parseLong(stat.substring("Inode: ".length()).split(" +", 2)[0]);
  }
}
