package dev.ringside.lab.differ;

import dev.ringside.lab.files.FileCalls;
import java.io.IOException;

/** One of the two filesystems that are compared, mounted. */
public interface Side extends AutoCloseable {
  /** How reports call it. */
  String name();

  /** The calls, until the next {@link #remount}. */
  FileCalls calls();

  /** Unmounts and mounts again; everything that was opened must have been closed. */
  void remount() throws IOException;

  /**
   * Writes an open file and forgets what is cached of it: where its data and holes are depends on
   * nothing but the disk now.
   */
  void settle(int handle) throws IOException;

  /** Unmounts. */
  @Override
  void close() throws IOException;
}
