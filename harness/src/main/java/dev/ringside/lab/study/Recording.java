package dev.ringside.lab.study;

import dev.ringside.lab.trace.QueueDepthSweep;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.ToDoubleFunction;

/**
 * A sweep over queue depths that was recorded on another machine, to be seen beside the points.
 *
 * @param name as legends show it: {@code QEMU 7.2, event_idx on}
 * @param file QEMU's trace of the virtqueue, see {@link QueueDepthSweep}
 * @param at the values of varied parameters at which points are comparable with it
 */
public record Recording(String name, Path file, SequencedMap<String, String> at) {
  public Recording {
    at = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(at));
  }

  /**
   * Reads what was recorded: kicks and interrupts for each request over the queue depth, of the
   * closed loop that refills and of the one that goes in batches.
   *
   * @throws IOException when the file is no such recording
   */
  List<Reference> references() throws IOException {
    List<QueueDepthSweep.Phase> phases = QueueDepthSweep.read(file);
    List<Reference> references = new ArrayList<>();
    for (String loop : List.of("batch", "free")) {
      List<QueueDepthSweep.Phase> ofLoop =
          phases.stream().filter(phase -> phase.batched() == loop.equals("batch")).toList();
      references.add(
          reference(
              ofLoop, loop, Metric.KICKS_PER_REQUEST, QueueDepthSweep.Phase::kicksPerRequest));
      references.add(
          reference(
              ofLoop,
              loop,
              Metric.INTERRUPTS_PER_REQUEST,
              QueueDepthSweep.Phase::interruptsPerRequest));
    }
    return references;
  }

  private Reference reference(
      List<QueueDepthSweep.Phase> phases,
      String loop,
      Metric metric,
      ToDoubleFunction<QueueDepthSweep.Phase> value) {
    SequencedMap<String, String> where = new LinkedHashMap<>(at);
    where.put(Parameters.LOOP.name(), loop);
    SequencedMap<String, Double> values = new LinkedHashMap<>();
    for (QueueDepthSweep.Phase phase : phases) {
      values.put(Integer.toString(phase.queueDepth()), value.applyAsDouble(phase));
    }
    return new Reference(
        "%s, %s".formatted(name, loop.equals("batch") ? "batched" : "free-running"),
        "recorded in " + file.getFileName(),
        metric,
        Parameters.QUEUE_DEPTH.name(),
        where,
        values);
  }
}
