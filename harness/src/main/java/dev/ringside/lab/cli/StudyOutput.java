package dev.ringside.lab.cli;

import dev.ringside.lab.study.StudyFolder;
import dev.ringside.lab.study.StudyResult;
import dev.ringside.lab.study.StudyRunner;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Writes the folder of a study. */
final class StudyOutput {
  private StudyOutput() {}

  /**
   * Writes everything, or nothing.
   *
   * @param trace the point whose events are wanted, too
   */
  static void write(Path place, StudyRunner runner, StudyResult result, @Nullable Integer trace)
      throws IOException {
    new StudyFolder(place).write(result, folder -> {});
  }
}
