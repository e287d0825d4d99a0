package dev.ringside.ext4.hostile;

import com.code_intelligence.jazzer.Jazzer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * Runs Jazzer on a target: {@code harness/fuzz} is the way to it. The corpus stays in its folder,
 * so the next run goes on where this one ended.
 */
public final class Fuzz {
  /** A single input takes milliseconds: what takes this long does not end. */
  private static final int TIMEOUT_SECONDS = 20;

  private Fuzz() {}

  /**
   * Fuzzes one target.
   *
   * @param arguments the target's name, a folder for what is kept, and seconds
   */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    FuzzTarget target = FuzzTarget.valueOf(arguments[0].toUpperCase(Locale.ROOT));
    Path folder = Path.of(arguments[1], target.commandName());
    Path corpus = Files.createDirectories(folder.resolve("corpus"));
    List<byte[]> seeds = target.seeds();
    for (int i = 0; i < seeds.size(); i++) {
      Files.write(corpus.resolve("seed-%03d".formatted(i)), seeds.get(i));
    }
    Jazzer.main(
        new String[] {
          "--target_class=" + target.entry().getName(),
          "--instrumentation_includes=dev.ringside.ext4.**",
          "--instrumentation_excludes=dev.ringside.ext4.hostile.**:dev.ringside.ext4.testing.**",
          // Jazzer's hooks look for injections into interpreters, which a filesystem does not have.
          "--custom_hook_excludes=**",
          "--reproducer_path=" + folder,
          "-artifact_prefix=" + folder + "/",
          "-timeout=" + TIMEOUT_SECONDS,
          "-max_total_time=" + arguments[2],
          "-print_final_stats=1",
          corpus.toString()
        });
  }
}
