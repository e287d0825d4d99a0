package dev.ringside.lab.study;

import java.nio.file.Files;
import java.nio.file.Path;

/** A file that an experiment names: a trace, an image, a recording. */
final class InputFile {
  private InputFile() {}

  /** As it stands, or inside the project, whose own experiments name its traces and images. */
  static Path find(String file) {
    Path path = Path.of(file);
    Path ours = Path.of(System.getProperty("ringside.root", "")).resolve(file);
    return path.isAbsolute() || Files.exists(path) || !Files.exists(ours) ? path : ours;
  }
}
