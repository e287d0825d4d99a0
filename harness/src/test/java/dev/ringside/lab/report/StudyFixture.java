package dev.ringside.lab.report;

import dev.ringside.lab.study.Check;
import dev.ringside.lab.study.Experiment;
import dev.ringside.lab.study.Metric;
import dev.ringside.lab.study.PlotKind;
import dev.ringside.lab.study.PlotSpec;
import dev.ringside.lab.study.PointResult;
import dev.ringside.lab.study.Reference;
import dev.ringside.lab.study.Stage;
import dev.ringside.lab.study.StudyPoint;
import dev.ringside.lab.study.StudyResult;
import dev.ringside.lab.study.TimeSeries;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.UnaryOperator;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Results as a study of a closed loop would have them: a kick costs 2 us, service 5 us on up to
 * eight units, and the batch is as declared or as the depth allows. Not measured, but lawful.
 */
final class StudyFixture {
  private static final double KICK_NS = 2_000;
  private static final double SERVICE_NS = 5_000;
  private static final int INTERVALS = 200;

  private String title = "Batch sweep";
  private final SequencedMap<String, String> fixed = new LinkedHashMap<>();
  private final SequencedMap<String, List<String>> varied = new LinkedHashMap<>();
  private final List<PlotSpec> plots = new ArrayList<>();
  private final List<Check> checks = new ArrayList<>();
  private final List<Reference> references = new ArrayList<>();
  private int repetitions = 1;
  private int requests = 10_000;
  private UnaryOperator<PointResult> change = point -> point;

  StudyFixture title(String text) {
    title = text;
    return this;
  }

  StudyFixture vary(String parameter, String... values) {
    varied.put(parameter, Arrays.asList(values));
    return this;
  }

  StudyFixture vary(String parameter, int count) {
    List<String> values = new ArrayList<>();
    for (int i = 1; i <= count; i++) {
      values.add(Integer.toString(i));
    }
    varied.put(parameter, values);
    return this;
  }

  StudyFixture fix(String parameter, String value) {
    fixed.put(parameter, value);
    return this;
  }

  StudyFixture repetitions(int count) {
    repetitions = count;
    return this;
  }

  StudyFixture requests(int count) {
    requests = count;
    return this;
  }

  StudyFixture plot(PlotKind kind, @Nullable String x, @Nullable String series, Metric... metrics) {
    String name = kind.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    plots.add(
        new PlotSpec(
            kind, name, x, null, series, List.of(metrics), "What to see in " + name + "."));
    return this;
  }

  StudyFixture plot(PlotSpec spec) {
    plots.add(spec);
    return this;
  }

  StudyFixture check(Check check) {
    checks.add(check);
    return this;
  }

  StudyFixture reference(Reference reference) {
    references.add(reference);
    return this;
  }

  /** Changes every point after it was made. */
  StudyFixture change(UnaryOperator<PointResult> how) {
    change = how;
    return this;
  }

  StudyResult build() {
    Experiment experiment =
        new Experiment(
            "batch-sweep",
            title,
            "How many requests should share one notification, when a notification costs as much as"
                + " three reads?",
            List.of(
                "Throughput rises steeply up to a batch of three, where the kick's share equals the"
                    + " service.",
                "Beyond the knee, waiting for the batch costs more latency than it saves."),
            fixed,
            varied,
            repetitions,
            7,
            plots);
    List<PointResult> points = new ArrayList<>();
    for (SequencedMap<String, String> values : combinations()) {
      for (int repetition = 0; repetition < repetitions; repetition++) {
        points.add(change.apply(point(points.size(), values, repetition)));
      }
    }
    List<String> remarks =
        List.of("Simulated; the storage is memory with a constant service time.");
    return new StudyResult(experiment, points, remarks, checks, references);
  }

  private List<SequencedMap<String, String>> combinations() {
    List<SequencedMap<String, String>> all = new ArrayList<>();
    all.add(new LinkedHashMap<>());
    for (Map.Entry<String, List<String>> parameter : varied.entrySet()) {
      List<SequencedMap<String, String>> more = new ArrayList<>();
      for (SequencedMap<String, String> one : all) {
        for (String value : parameter.getValue()) {
          SequencedMap<String, String> longer = new LinkedHashMap<>(one);
          longer.put(parameter.getKey(), value);
          more.add(longer);
        }
      }
      all = more;
    }
    return all;
  }

  private PointResult point(int number, SequencedMap<String, String> values, int repetition) {
    int depth = number(values, "queue-depth", 32);
    int batch = Math.min(depth, number(values, "batch", 1));
    double wobble = 1 + 0.03 * Math.sin(number * 12.9898 + repetition * 78.233);
    double kickShare = KICK_NS / batch;
    double units = Math.min(8, depth);
    double perRequest = (SERVICE_NS / units + kickShare) * wobble;
    double throughput = 1e9 / perRequest;
    double latency = depth * perRequest + SERVICE_NS;
    Map<Stage, Histogram> stages = stages(latency, batch, perRequest);
    Map<Metric, Double> metrics = new EnumMap<>(Metric.class);
    Histogram total = spread(latency);
    stages.put(Stage.TOTAL, total);
    metrics.put(Metric.REQUESTS, (double) requests);
    metrics.put(Metric.ELAPSED, requests * perRequest);
    metrics.put(Metric.THROUGHPUT, throughput);
    metrics.put(Metric.BANDWIDTH, throughput * 4096);
    metrics.put(Metric.LATENCY_MEAN, total.getMean());
    metrics.put(Metric.LATENCY_P50, (double) total.getValueAtPercentile(50));
    metrics.put(Metric.LATENCY_P90, (double) total.getValueAtPercentile(90));
    metrics.put(Metric.LATENCY_P99, (double) total.getValueAtPercentile(99));
    metrics.put(Metric.LATENCY_P999, (double) total.getValueAtPercentile(99.9));
    metrics.put(Metric.LATENCY_MAX, (double) total.getMaxValue());
    metrics.put(Metric.KICKS_PER_REQUEST, 1.0 / batch);
    metrics.put(Metric.SUPPRESSED_KICKS_PER_REQUEST, 0.0);
    metrics.put(Metric.SPURIOUS_KICKS_PER_REQUEST, Double.NaN);
    metrics.put(Metric.REQUESTS_PER_KICK, (double) batch);
    metrics.put(Metric.INTERRUPTS_PER_REQUEST, Math.min(1, 1.4 / batch));
    metrics.put(Metric.COMPLETIONS_PER_INTERRUPT, Math.max(1, batch / 1.4));
    metrics.put(Metric.DESCRIPTORS_PER_REQUEST, 1.0);
    metrics.put(Metric.OCCUPANCY_MEAN, depth * 0.93 * wobble);
    metrics.put(Metric.OCCUPANCY_P99, (double) depth);
    metrics.put(Metric.IN_SERVICE_MEAN, SERVICE_NS / perRequest);
    metrics.put(Metric.DRIVER_ASLEEP, 0.4 / batch);
    metrics.put(Metric.DEVICE_ASLEEP, 0.1);
    metrics.put(Metric.EFFICIENCY, SERVICE_NS / latency);
    double inFlight = throughput * latency / 1e9;
    List<Check> checks =
        List.of(
            new Check("Little's law", inFlight, inFlight * (1 + 1e-12), 1e-9, "always"),
            new Check(
                "kicks per request are 1 / batch",
                1.0 / batch,
                1.0 / batch,
                0.01,
                "depth ≥ batch"));
    return new PointResult(
        new StudyPoint(number, values, repetition, 7919L * number),
        metrics,
        stages,
        tally(batch),
        tally(Math.max(1, batch * 5 / 7)),
        occupancy(depth, number),
        checks,
        "%016x".formatted(0x9E3779B97F4A7C15L * (number + 1)));
  }

  private static int number(Map<String, String> values, String parameter, int otherwise) {
    String value = values.getOrDefault(parameter, "");
    return value.matches("\\d+") ? Integer.parseInt(value) : otherwise;
  }

  private Map<Integer, Long> tally(int batch) {
    Map<Integer, Long> tally = new LinkedHashMap<>();
    tally.put(batch, (long) requests / batch);
    if (batch > 1) {
      tally.put(batch / 2, (long) requests / batch / 9 + 1);
      tally.put(1, (long) requests / batch / 30 + 1);
    }
    return tally;
  }

  private Map<Stage, Histogram> stages(double latency, int batch, double perRequest) {
    Map<Stage, Histogram> stages = new EnumMap<>(Stage.class);
    double wait = batch * perRequest / 2;
    double rest = Math.max(100, latency - wait - SERVICE_NS);
    stages.put(Stage.ARRIVE_TO_SUBMIT, spread(150));
    stages.put(Stage.SUBMIT_TO_PUBLISH, spread(wait));
    stages.put(Stage.PUBLISH_TO_POP, spread(rest * 0.6));
    stages.put(Stage.POP_TO_SERVICE, spread(rest * 0.2));
    stages.put(Stage.SERVICE, spread(SERVICE_NS));
    stages.put(Stage.SERVICE_TO_USED, spread(rest * 0.05));
    stages.put(Stage.USED_TO_REAP, spread(rest * 0.15));
    return stages;
  }

  /** Values around a mean with a tail, as queues make them. */
  private Histogram spread(double mean) {
    Histogram histogram = new Histogram(2);
    int values = Math.min(requests, 2_000);
    for (int i = 0; i < values; i++) {
      double uniform = (i + 0.5) / values;
      histogram.recordValue(Math.round(mean * (0.8 - 0.2 * Math.log(1 - uniform))));
    }
    return histogram;
  }

  private static TimeSeries occupancy(int depth, int number) {
    List<Double> means = new ArrayList<>();
    for (int i = 0; i < INTERVALS; i++) {
      double filled = Math.min(1, (i + 1) / 12.0);
      means.add(depth * filled * (0.9 + 0.08 * Math.sin(i * 0.35 + number)));
    }
    return new TimeSeries(250_000, means);
  }
}
