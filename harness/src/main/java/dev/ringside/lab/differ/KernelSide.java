package dev.ringside.lab.differ;

import dev.ringside.lab.files.FileCalls;
import dev.ringside.lab.kernel.KernelFiles;
import dev.ringside.lab.kernel.LoopMount;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The kernel's ext4 on an image. Used by the thread that made it. */
public final class KernelSide implements Side {
  private final String name;
  private final Path image;
  private final String options;
  private @Nullable LoopMount mount;
  private @Nullable KernelFiles files;

  /** Mounts an image. */
  public KernelSide(String name, Path image, String options) throws IOException {
    this.name = name;
    this.image = image;
    this.options = options;
    mount();
  }

  private void mount() throws IOException {
    mount = LoopMount.of(image, options);
    // Otherwise what was allocated ahead becomes zeros on the disk where that is cheaper.
    mount.tune("extent_max_zeroout_kb", 0);
    mount.tune("reserved_clusters", 0);
    files = KernelFiles.at(mount.directory());
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public FileCalls calls() {
    return current();
  }

  private KernelFiles current() {
    if (files == null) {
      throw new IllegalStateException("unmounted");
    }
    return files;
  }

  @Override
  public void remount() throws IOException {
    close();
    mount();
  }

  @Override
  public void settle(int handle) throws IOException {
    current().forget(handle);
  }

  @Override
  public void close() throws IOException {
    if (files != null) {
      files.close();
      files = null;
    }
    if (mount != null) {
      mount.close();
      mount = null;
    }
  }
}
