package dev.ringside.lab.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.results.RunResult;

/**
 * What noting an event costs, by what becomes of it: each event at a time of its own, and eight of
 * a batch at one. Measured in turn, several rounds of it.
 *
 * @param iterations of one second each, after as many to warm up
 * @param rounds how often each is measured
 * @param jvmOptions the file of flags that every JVM of Ringside runs with
 */
public record EventSuite(int iterations, int rounds, Path jvmOptions) {
  /**
   * One line of the table; all times are nanoseconds for each event.
   *
   * @param kind what becomes of events
   * @param each when every event has a time of its own
   * @param batch when eight share one
   */
  public record Row(EventLogBenchmark.Kind kind, Figure each, Figure batch) {}

  /**
   * Measures one kind of log.
   *
   * @throws IllegalStateException when a benchmark cannot run
   */
  public Row measure(EventLogBenchmark.Kind kind) {
    Forks forks = new Forks(iterations, jvmOptions);
    Map<String, String> parameters = Map.of("kind", kind.name());
    List<RunResult> each = new ArrayList<>();
    List<RunResult> batch = new ArrayList<>();
    for (int round = 0; round < rounds; round++) {
      each.add(forks.run(EventLogBenchmark.class, "each", parameters));
      batch.add(forks.run(EventLogBenchmark.class, "batch", parameters));
    }
    return new Row(kind, Figure.of(each), Figure.of(batch));
  }
}
