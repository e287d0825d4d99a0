package dev.ringside.lab.bench.kevlar;

import dev.ringside.lab.bench.files.FileCalls;
import dev.ringside.machine.Clock;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * The program of the posts, step by step: sequential writes into a new file with three buffer
 * sizes, each timed from after the open to after the close; sequential reads of one file with the
 * same sizes; then 100 files of a byte created, deleted, and created empty, and two lookups.
 *
 * @param <P> a path of the calls
 */
final class KevlarProgram<P> {
  private static final int FILES = 100;
  private static final int STATS = 1000;
  private static final int DEEP_STATS = 100;
  private static final int READ_FILE_BUFFER = 32 << 10;
  private static final double NANOSECONDS_PER_SECOND = 1e9;

  private final FileCalls<P> calls;
  private final Clock clock;
  private final P sequential;
  private final P single;
  private final List<P> many = new ArrayList<>();
  private final List<P> deepDirectories = new ArrayList<>();
  private final P deepFile;

  KevlarProgram(FileCalls<P> calls, Clock clock) {
    this.calls = calls;
    this.clock = clock;
    this.sequential = calls.path("seq");
    this.single = calls.path("stat");
    for (int i = 0; i < FILES; i++) {
      many.add(calls.path("file" + i));
    }
    String directory = "";
    for (String name : List.of("d1", "d2", "d3", "d4")) {
      directory = directory.isEmpty() ? name : directory + "/" + name;
      deepDirectories.add(calls.path(directory));
    }
    this.deepFile = calls.path(directory + "/file");
  }

  /** Runs it once. */
  Map<Measure, Double> run(Variant variant) throws IOException {
    Map<Measure, Double> results = new EnumMap<>(Measure.class);
    results.put(Measure.SEQ_WRITE_4K, write(4 << 10, variant));
    results.put(Measure.SEQ_WRITE_32K, write(32 << 10, variant));
    results.put(Measure.SEQ_WRITE_128K, write(128 << 10, variant));
    reads(results, variant);
    if (!variant.onlyContent()) {
      names(results, variant);
    }
    return results;
  }

  private double write(int bufferBytes, Variant variant) throws IOException {
    int file = calls.create(sequential);
    long start = clock.nanoTime();
    for (long done = 0; done < variant.fileBytes(); done += bufferBytes) {
      calls.write(file, bufferBytes);
    }
    if (variant.synced()) {
      calls.sync(file);
    }
    calls.close(file);
    long time = clock.nanoTime() - start;
    calls.unlink(sequential);
    return bytesPerSecond(variant, time);
  }

  private void reads(Map<Measure, Double> results, Variant variant) throws IOException {
    int file = calls.create(sequential);
    for (long done = 0; done < variant.fileBytes(); done += READ_FILE_BUFFER) {
      calls.write(file, READ_FILE_BUFFER);
    }
    calls.close(file);
    List<Measure> order = List.of(Measure.SEQ_READ_4K, Measure.SEQ_READ_32K, Measure.SEQ_READ_128K);
    for (Measure measure : variant.reversed() ? order.reversed() : order) {
      results.put(measure, read(measure, variant));
    }
    calls.unlink(sequential);
  }

  private double read(Measure measure, Variant variant) throws IOException {
    int bufferBytes =
        switch (measure) {
          case SEQ_READ_4K -> 4 << 10;
          case SEQ_READ_32K -> 32 << 10;
          case SEQ_READ_128K -> 128 << 10;
          case SEQ_WRITE_4K,
              SEQ_WRITE_32K,
              SEQ_WRITE_128K,
              CREATE,
              DELETE,
              OPEN_CLOSE,
              STAT,
              DEEP_STAT ->
              throw new IllegalArgumentException(measure + " is no read");
        };
    if (variant.cold()) {
      calls.dropCaches();
    }
    int file = calls.open(sequential);
    long start = clock.nanoTime();
    long done = 0;
    int count = calls.read(file, bufferBytes);
    while (count > 0) {
      done += count;
      count = calls.read(file, bufferBytes);
    }
    calls.close(file);
    long time = clock.nanoTime() - start;
    if (done != variant.fileBytes()) {
      throw new IOException("%d bytes of %d were read".formatted(done, variant.fileBytes()));
    }
    return bytesPerSecond(variant, time);
  }

  private static double bytesPerSecond(Variant variant, long time) {
    return variant.fileBytes() * NANOSECONDS_PER_SECOND / time;
  }

  private void names(Map<Measure, Double> results, Variant variant) throws IOException {
    long start = clock.nanoTime();
    for (P path : many) {
      int file = calls.create(path);
      calls.write(file, 1);
      if (variant.synced()) {
        calls.sync(file);
      }
      calls.close(file);
    }
    results.put(Measure.CREATE, since(start, FILES));
    start = clock.nanoTime();
    for (P path : many) {
      calls.unlink(path);
    }
    results.put(Measure.DELETE, since(start, FILES));
    start = clock.nanoTime();
    for (P path : many) {
      calls.close(calls.create(path));
    }
    results.put(Measure.OPEN_CLOSE, since(start, FILES));
    for (P path : many) {
      calls.unlink(path);
    }
    stats(results);
  }

  private void stats(Map<Measure, Double> results) throws IOException {
    makeByte(single);
    long start = clock.nanoTime();
    for (int i = 0; i < STATS; i++) {
      calls.stat(single);
    }
    results.put(Measure.STAT, since(start, STATS));
    calls.unlink(single);
    for (P directory : deepDirectories) {
      calls.makeDirectory(directory);
    }
    makeByte(deepFile);
    start = clock.nanoTime();
    for (int i = 0; i < DEEP_STATS; i++) {
      calls.stat(deepFile);
    }
    results.put(Measure.DEEP_STAT, since(start, DEEP_STATS));
    calls.unlink(deepFile);
    for (P directory : deepDirectories.reversed()) {
      calls.removeDirectory(directory);
    }
  }

  private void makeByte(P path) throws IOException {
    int file = calls.create(path);
    calls.write(file, 1);
    calls.close(file);
  }

  private double since(long start, int operations) {
    return (double) (clock.nanoTime() - start) / operations;
  }
}
