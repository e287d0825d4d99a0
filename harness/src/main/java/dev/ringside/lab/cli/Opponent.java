package dev.ringside.lab.cli;

import dev.ringside.lab.bench.files.BenchImage;
import dev.ringside.lab.bench.files.ComparedDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options of benchmarks that run beside the kernel's ext4. */
final class Opponent {
  @Option(
      names = "--against",
      paramLabel = "DIR|loop",
      description =
          "Also run the same through system calls, in turn: in a directory, or with 'loop' on an"
              + " ext4 that is made and mounted for it, which takes the superuser.")
  private @Nullable String against;

  @Option(
      names = "--images",
      paramLabel = "DIR",
      description =
          "Where images are made (default: /dev/shm, in memory, so that no disk below is"
              + " measured).")
  private Path images = BenchImage.usualPlace();

  @Spec(Spec.Target.MIXEE)
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec command;

  /** Where images are made. */
  Path images() {
    return images;
  }

  /** Checks what was said, before anything is made. */
  void validate() {
    if (!Files.isDirectory(images)) {
      throw new ParameterException(
          command.commandLine(), "--images: %s is not a directory".formatted(images));
    }
    if (against != null
        && !against.equals(ComparedDirectory.LOOP)
        && !Files.isDirectory(Path.of(against))) {
      throw new ParameterException(
          command.commandLine(),
          "--against: %s is neither a directory nor '%s'"
              .formatted(against, ComparedDirectory.LOOP));
    }
  }

  /**
   * The directory to run against.
   *
   * @param size of the image that is made for it, in the words of mke2fs
   */
  ComparedDirectory open(String size) throws IOException {
    if (against == null) {
      return ComparedDirectory.none();
    }
    return against.equals(ComparedDirectory.LOOP)
        ? ComparedDirectory.loop(images, size)
        : ComparedDirectory.existing(Path.of(against));
  }
}
