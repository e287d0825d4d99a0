package dev.ringside.lab.study;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/**
 * The pages in harness/exercises say what every built-in experiment is about, and what came of it:
 * the same on every machine, as these runs show.
 */
class ExercisePagesTest {
  static final List<String> EXPERIMENTS = BuiltInExperiments.NAMES;

  private static final Path PAGES =
      Path.of(System.getProperty("ringside.root"), "harness", "exercises");
  private static final double NS_PER_US = 1e3;
  private static final double NS_PER_MS = 1e6;

  /** What a page shows of a point, by the column's title. */
  private record Column(String title, Function<PointResult, String> value) {}

  private static final List<Column> COLUMNS =
      List.of(
          new Column("elapsed, ms", point -> milliseconds(point, Metric.ELAPSED)),
          new Column("requests/s", point -> number(point, Metric.THROUGHPUT, "%,.0f")),
          new Column("p50, us", point -> microseconds(point, Metric.LATENCY_P50)),
          new Column("p99, us", point -> microseconds(point, Metric.LATENCY_P99)),
          new Column("max, us", point -> microseconds(point, Metric.LATENCY_MAX)),
          new Column("kicks/request", point -> number(point, Metric.KICKS_PER_REQUEST, "%.4f")),
          new Column(
              "interrupts/request", point -> number(point, Metric.INTERRUPTS_PER_REQUEST, "%.4f")),
          new Column("in the ring", point -> number(point, Metric.OCCUPANCY_MEAN, "%.2f")));

  private static String number(PointResult point, Metric metric, String format) {
    return String.format(Locale.ROOT, format, point.metric(metric));
  }

  private static String milliseconds(PointResult point, Metric metric) {
    return String.format(Locale.ROOT, "%,.1f", point.metric(metric) / NS_PER_MS);
  }

  private static String microseconds(PointResult point, Metric metric) {
    return String.format(Locale.ROOT, "%,.1f", point.metric(metric) / NS_PER_US);
  }

  /** {@code -Dringside.write=true} writes the page instead. */
  @ParameterizedTest
  @FieldSource("EXPERIMENTS")
  void thePageIsWhatTheExperimentSaysAndDoes(String name) throws IOException, ExperimentException {
    String page = page(BuiltInExperiments.named(name).orElseThrow());
    Path file = PAGES.resolve(name + ".md");
    if (Boolean.getBoolean("ringside.write")) {
      Files.createDirectories(PAGES);
      Files.writeString(file, page);
    } else {
      assertThat(file).hasContent(page);
    }
  }

  private static String page(Experiment experiment) throws IOException, ExperimentException {
    StudyResult result = StudyRunner.of(experiment).run(point -> {});
    StringBuilder page = new StringBuilder();
    page.append("# ").append(experiment.title()).append("\n\n");
    page.append(experiment.question()).append("\n\n```\n");
    page.append("harness/ringside study ").append(experiment.name()).append("\n```\n\n");
    page.append("## What to look for\n\n");
    experiment.lookFor().forEach(one -> page.append("* ").append(one).append('\n'));
    page.append("\n## Setting\n\n| parameter | value |\n|---|---|\n");
    experiment.fixed().forEach((key, value) -> row(page, List.of("`" + key + "`", value)));
    experiment
        .varied()
        .forEach((key, values) -> row(page, List.of("`" + key + "`", String.join(", ", values))));
    page.append("\nThe seed is ").append(experiment.seed());
    page.append("; with it every run gives these numbers, on every machine.\n\n");
    page.append("## What came of it\n\n");
    table(page, experiment, result);
    if (!result.checks().isEmpty()) {
      page.append('\n');
      result.checks().forEach(check -> page.append(sentence(check)));
    }
    return page.toString();
  }

  private static void table(StringBuilder page, Experiment experiment, StudyResult result) {
    List<String> parameters = List.copyOf(experiment.varied().keySet());
    List<String> head = new ArrayList<>(parameters);
    COLUMNS.forEach(column -> head.add(column.title()));
    result.references().forEach(reference -> head.add(title(reference)));
    row(page, head);
    page.append("|---".repeat(head.size())).append("|\n");
    for (PointResult point : result.points()) {
      List<String> cells = new ArrayList<>();
      parameters.forEach(parameter -> cells.add(point.point().value(parameter)));
      COLUMNS.forEach(column -> cells.add(column.value().apply(point)));
      result.references().forEach(reference -> cells.add(recorded(reference, point)));
      row(page, cells);
    }
  }

  private static String title(Reference reference) {
    return "%s: %s".formatted(reference.name(), reference.metric().label().replace('_', ' '));
  }

  private static String recorded(Reference reference, PointResult point) {
    Double value = reference.values().get(point.point().value(reference.parameter()));
    return value == null || !reference.isComparableWith(point.point())
        ? ""
        : String.format(Locale.ROOT, "%.4f", value);
  }

  private static String sentence(Check check) {
    return String.format(
        Locale.ROOT,
        "%s: expected %.3f, measured %.3f. %s.%n",
        check.law(),
        check.expected(),
        check.measured(),
        check.remark());
  }

  private static void row(StringBuilder page, List<String> cells) {
    page.append(cells.stream().collect(Collectors.joining(" | ", "| ", " |\n")));
  }
}
