package dev.ringside.lab.bench;

import dev.ringside.virtio.transport.Transport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.results.RunResult;

/**
 * What a request through the ring costs, each layout beside the other and beside the same in C. The
 * machine has slow moments; so all are measured in turn, several rounds of it, and a spin reference
 * says in which state the machine was.
 *
 * @param iterations of one second each, after as many to warm up
 * @param rounds how often each is measured
 * @param transport how the device is attached
 * @param jvmOptions the file of flags that every JVM of Ringside runs with
 * @param reference absent on a machine without a C compiler
 */
public record QueueSuite(
    int iterations,
    int rounds,
    Transport transport,
    Path jvmOptions,
    Optional<CReference> reference) {
  /**
   * One line of the table; all times are nanoseconds for each request.
   *
   * @param batch requests that are published together
   * @param spin one word to the other core and back
   * @param reference the same in C; null without a compiler
   * @param split through a split ring
   * @param packed through a packed ring
   */
  public record Row(
      int batch, Loop loop, Figure spin, @Nullable Figure reference, Figure split, Figure packed) {
    /** How many times the reference a request through the split ring takes. */
    public double splitToReference() {
      return reference == null ? Double.NaN : split.median() / reference.median();
    }

    /** How many times the split ring a request through the packed one takes. */
    public double packedToSplit() {
      return packed.median() / split.median();
    }
  }

  /**
   * Measures one batch size.
   *
   * @throws IOException when the reference does not run
   * @throws IllegalStateException when a benchmark cannot run
   */
  public Row measure(int batch, Loop loop) throws IOException {
    Forks forks = new Forks(iterations, jvmOptions);
    List<RunResult> spins = new ArrayList<>();
    List<Double> references = new ArrayList<>();
    Map<RingLayout, List<RunResult>> rings = new EnumMap<>(RingLayout.class);
    for (int round = 0; round < rounds; round++) {
      spins.add(forks.run(SpinReference.class, "roundTrip", Map.of()));
      if (reference.isPresent()) {
        references.add(reference.get().measure(loop, batch, iterations));
      }
      for (RingLayout layout : RingLayout.values()) {
        Map<String, Object> parameters =
            Map.of(
                "batch",
                batch,
                "ring",
                layout.name(),
                "backing",
                RingBenchmark.Backing.NULL,
                "transport",
                transport.name());
        rings
            .computeIfAbsent(layout, key -> new ArrayList<>())
            .add(forks.run(RingBenchmark.class, loop.toString(), parameters));
      }
    }
    return new Row(
        batch,
        loop,
        Figure.of(spins),
        references.isEmpty() ? null : Figure.ofSamples(references),
        Figure.of(rings.getOrDefault(RingLayout.SPLIT, List.of())),
        Figure.of(rings.getOrDefault(RingLayout.PACKED, List.of())));
  }
}
