package dev.ringside.hostile;

import com.code_intelligence.jazzer.Jazzer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * Runs Jazzer on a target: {@code harness/fuzz} is the way to it. The corpus stays in its folder,
 * so the next run goes on where this one ended.
 */
public final class Fuzz {
  /** What decides over a guest's input; the scheduler's own branches would only distract. */
  private static final String INSTRUMENTED =
      String.join(
          ":",
          "dev.ringside.blk.**",
          "dev.ringside.machine.Bus*",
          "dev.ringside.machine.GuestMemory",
          "dev.ringside.machine.pci.**",
          "dev.ringside.virtio.**");

  private Fuzz() {}

  /**
   * Fuzzes one target.
   *
   * @param arguments the target's name, a folder for what is kept, and seconds
   */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    FuzzTarget target = target(arguments[0]);
    Path folder = folder(target, arguments[1]);
    Jazzer.main(
        new String[] {
          "--target_class=" + target.entry().getName(),
          "--instrumentation_includes=" + INSTRUMENTED,
          // Jazzer's hooks look for injections into interpreters, which a device does not have.
          "--custom_hook_excludes=**",
          "--reproducer_path=" + folder,
          "-artifact_prefix=" + folder + "/",
          "-max_total_time=" + arguments[2],
          "-print_final_stats=1",
          corpus(folder).toString()
        });
  }

  static Path folder(FuzzTarget target, String parent) {
    return Path.of(parent, target.commandName());
  }

  static Path corpus(Path folder) throws IOException {
    return Files.createDirectories(folder.resolve("corpus"));
  }

  static FuzzTarget target(String name) {
    return Arrays.stream(FuzzTarget.values())
        .filter(target -> target.commandName().equals(name) && target.available())
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "no target %s; there are %s"
                        .formatted(
                            name,
                            Arrays.stream(FuzzTarget.values())
                                .filter(FuzzTarget::available)
                                .map(FuzzTarget::commandName)
                                .collect(Collectors.joining(", ")))));
  }
}
