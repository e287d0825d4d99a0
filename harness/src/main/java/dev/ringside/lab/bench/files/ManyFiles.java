package dev.ringside.lab.bench.files;

import dev.ringside.machine.Clock;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Many files in one directory: created empty one after the other, then looked up in another order,
 * then deleted in the order of their creation, each with its call and nothing synced.
 *
 * @param <P> a path of the calls
 */
final class ManyFiles<P> implements FileProgram {
  /** The order of the look-ups: the same in every run, so that runs compare. */
  private static final long ORDER_SEED = 1;

  private final FileCalls<P> calls;
  private final Clock clock;
  private final P directory;
  private final List<P> files = new ArrayList<>();
  private final List<P> shuffled;

  ManyFiles(FileCalls<P> calls, Clock clock, int count) {
    this.calls = calls;
    this.clock = clock;
    this.directory = calls.path("many");
    for (int i = 0; i < count; i++) {
      files.add(calls.path("many/file%06d".formatted(i)));
    }
    this.shuffled = new ArrayList<>(files);
    Collections.shuffle(shuffled, new Random(ORDER_SEED));
  }

  @Override
  public void run(Figures figures) throws IOException {
    calls.makeDirectory(directory);
    long start = clock.nanoTime();
    for (P file : files) {
      calls.close(calls.create(file));
    }
    figures.addEach("create", files.size(), clock.nanoTime() - start);
    start = clock.nanoTime();
    for (P file : shuffled) {
      calls.stat(file);
    }
    figures.addEach("stat, shuffled", files.size(), clock.nanoTime() - start);
    start = clock.nanoTime();
    for (P file : files) {
      calls.unlink(file);
    }
    figures.addEach("delete", files.size(), clock.nanoTime() - start);
    calls.removeDirectory(directory);
  }
}
