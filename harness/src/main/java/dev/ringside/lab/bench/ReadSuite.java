package dev.ringside.lab.bench;

import dev.ringside.virtio.transport.Transport;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.results.RunResult;

/**
 * What a random read of 4 KiB from a storage in memory costs, beside its two parts: the ring, with
 * a storage that does nothing, and the copy, without a ring. Measured in turn, several rounds of
 * it.
 *
 * @param iterations of one second each, after as many to warm up
 * @param rounds how often each is measured
 * @param transport how the device is attached
 * @param jvmOptions the file of flags that every JVM of Ringside runs with
 */
public record ReadSuite(int iterations, int rounds, Transport transport, Path jvmOptions) {
  /**
   * One line of the table; all times are nanoseconds for each read.
   *
   * @param batch requests that are published together
   * @param spin one word to the other core and back
   * @param ring the ring alone, in a closed loop
   * @param copy the copy alone
   * @param read both
   */
  public record Row(int batch, Figure spin, Figure ring, Figure copy, Figure read) {
    /** How many times its two parts a read takes. */
    public double readToParts() {
      return read.median() / (ring.median() + copy.median());
    }
  }

  /**
   * Measures one batch size.
   *
   * @throws IllegalStateException when a benchmark cannot run
   */
  public Row measure(int batch) {
    Forks forks = new Forks(iterations, jvmOptions);
    List<RunResult> spins = new ArrayList<>();
    List<RunResult> rings = new ArrayList<>();
    List<RunResult> copies = new ArrayList<>();
    List<RunResult> reads = new ArrayList<>();
    for (int round = 0; round < rounds; round++) {
      spins.add(forks.run(SpinReference.class, "roundTrip", Map.of()));
      rings.add(closed(forks, batch, RingBenchmark.Backing.NULL));
      copies.add(forks.run(CopyBenchmark.class, "copy", Map.of()));
      reads.add(closed(forks, batch, RingBenchmark.Backing.MEMORY));
    }
    return new Row(batch, Figure.of(spins), Figure.of(rings), Figure.of(copies), Figure.of(reads));
  }

  private RunResult closed(Forks forks, int batch, RingBenchmark.Backing backing) {
    Map<String, Object> parameters =
        Map.of(
            "batch",
            batch,
            "ring",
            RingLayout.SPLIT.name(),
            "backing",
            backing,
            "transport",
            transport.name());
    return forks.run(RingBenchmark.class, Loop.CLOSED.toString(), parameters);
  }
}
