package dev.ringside.hostile;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Writes a target's seeds into its corpus. A program of its own: Jazzer instruments a class when it
 * is loaded, and making seeds loads them all.
 */
public final class FuzzCorpus {
  private FuzzCorpus() {}

  /**
   * Writes the seeds.
   *
   * @param arguments as for {@link Fuzz#main}
   */
  public static void main(String[] arguments) throws IOException {
    FuzzTarget target = Fuzz.target(arguments[0]);
    Path corpus = Fuzz.corpus(Fuzz.folder(target, arguments[1]));
    List<byte[]> seeds = target.seeds();
    for (int i = 0; i < seeds.size(); i++) {
      Files.write(corpus.resolve("seed-%03d".formatted(i)), seeds.get(i));
    }
  }
}
