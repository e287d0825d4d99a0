package dev.ringside.lab.bench.files;

import java.io.IOException;

/** A program over {@link FileCalls} that times what it does, and leaves nothing behind. */
@FunctionalInterface
public interface FileProgram {
  /** Runs it once. */
  void run(Figures figures) throws IOException;
}
