package dev.ringside.lab.study;

import dev.ringside.lab.trace.QueueDepthSweep;
import java.io.IOException;
import java.nio.file.Path;
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
 * @param at the values of varied parameters at which points are comparable with it; of {@code loop}
 *     there must be one, which says which phases of the recording are meant
 */
public record Recording(String name, Path file, SequencedMap<String, String> at) {
  public Recording {
    at = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(at));
  }

  /**
   * Reads what was recorded: kicks and interrupts for each request over the queue depth.
   *
   * @throws IOException when the file is no such recording
   */
  List<Reference> references() throws IOException {
    boolean batched = !"free".equals(at.get(Parameters.LOOP.name()));
    List<QueueDepthSweep.Phase> phases =
        QueueDepthSweep.read(file).stream().filter(phase -> phase.batched() == batched).toList();
    return List.of(
        reference(phases, Metric.KICKS_PER_REQUEST, QueueDepthSweep.Phase::kicksPerRequest),
        reference(
            phases, Metric.INTERRUPTS_PER_REQUEST, QueueDepthSweep.Phase::interruptsPerRequest));
  }

  private Reference reference(
      List<QueueDepthSweep.Phase> phases,
      Metric metric,
      ToDoubleFunction<QueueDepthSweep.Phase> value) {
    SequencedMap<String, Double> values = new LinkedHashMap<>();
    for (QueueDepthSweep.Phase phase : phases) {
      values.put(Integer.toString(phase.queueDepth()), value.applyAsDouble(phase));
    }
    return new Reference(
        name,
        "recorded in " + file.getFileName(),
        metric,
        Parameters.QUEUE_DEPTH.name(),
        at,
        values);
  }
}
