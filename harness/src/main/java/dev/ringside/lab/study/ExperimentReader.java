package dev.ringside.lab.study;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.toml.TomlMapper;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads an {@link Experiment} from a text in TOML:
 *
 * <pre>
 *   title = "Queue depth"
 *   question = "What does ...?"
 *   look-for = ["The knee ..."]
 *   seed = 7
 *   repetitions = 3
 *
 *   [fixed]
 *   costs = "kvm"
 *
 *   [vary]
 *   queue-depth = "1..64 x2"
 *   event-idx = ["on", "off"]
 *
 *   [[plots]]
 *   kind = "lines"
 *   x = "queue-depth"
 *   series = "event-idx"
 *   metrics = ["requests_per_s"]
 *
 *   [[recorded]]
 *   name = "QEMU 7.2, event_idx on"
 *   file = "images/traces/qemu-virtqueue/q3b_qdsweep.txt.xz"
 *   at = { event-idx = "on", loop = "batch" }
 * </pre>
 */
public final class ExperimentReader {
  private static final TomlMapper TOML = new TomlMapper();
  private static final Set<String> KEYS =
      Set.of(
          "title",
          "question",
          "look-for",
          "seed",
          "repetitions",
          "fixed",
          "vary",
          "plots",
          "recorded");
  private static final Set<String> RECORDED_KEYS = Set.of("name", "file", "at");
  private static final Set<String> PLOT_KEYS =
      Set.of("kind", "title", "x", "y", "series", "metrics", "note", "only");

  private ExperimentReader() {}

  /**
   * Reads an experiment.
   *
   * @param name what it is called: the file's name without its ending
   */
  public static Experiment read(String name, String text) throws ExperimentException {
    JsonNode root;
    try {
      root = TOML.readTree(text);
    } catch (JacksonException malformed) {
      int line = malformed.getLocation() == null ? 0 : malformed.getLocation().getLineNr();
      throw new ExperimentException(
          "line %d: %s"
              .formatted(line, malformed.getOriginalMessage().lines().findFirst().orElse("")));
    }
    checkKeys("the experiment", root, KEYS);
    Experiment experiment =
        new Experiment(
            name,
            text(root, "title", name),
            text(root, "question", ""),
            texts("look-for", root.get("look-for")),
            fixed(root.get("fixed")),
            varied(root.get("vary")),
            (int) number(root, "repetitions", 1),
            number(root, "seed", 1),
            plots(root.get("plots")),
            recordings(root.get("recorded")));
    return checked(experiment);
  }

  /**
   * Checks what can be checked before the points are known: names, values and plots.
   *
   * @return the experiment, with plots when it asked for none
   */
  public static Experiment checked(Experiment experiment) throws ExperimentException {
    require(
        experiment.repetitions() >= 1 && experiment.repetitions() <= 10_000,
        "repetitions must be 1 to 10000, not " + experiment.repetitions());
    for (Map.Entry<String, String> one : experiment.fixed().entrySet()) {
      Parameters.named(one.getKey()).read(one.getValue());
    }
    for (Map.Entry<String, List<String>> one : experiment.varied().entrySet()) {
      Parameter<?> parameter = Parameters.named(one.getKey());
      require(
          !experiment.fixed().containsKey(parameter.name()),
          "%s is both fixed and varied".formatted(parameter.name()));
      for (String value : one.getValue()) {
        parameter.read(value);
      }
    }
    for (PlotSpec plot : experiment.plots()) {
      checkPlot(plot, experiment.varied());
    }
    for (Recording recording : experiment.recordings()) {
      checkRecording(recording, experiment.varied());
    }
    return experiment.plots().isEmpty() ? StandardPlots.addTo(experiment) : experiment;
  }

  private static void checkPlot(PlotSpec plot, SequencedMap<String, List<String>> all)
      throws ExperimentException {
    Set<String> varied = all.keySet();
    for (Map.Entry<String, String> only : plot.only().entrySet()) {
      require(
          all.getOrDefault(only.getKey(), List.of()).contains(only.getValue()),
          "the plot '%s' has only %s = %s, which no point has"
              .formatted(plot.title(), only.getKey(), only.getValue()));
    }
    Map<String, String> axes = new LinkedHashMap<>();
    put(axes, "x", plot.x());
    put(axes, "y", plot.y());
    put(axes, "series", plot.series());
    for (Map.Entry<String, String> axis : axes.entrySet()) {
      Parameters.named(axis.getValue());
      require(
          varied.contains(axis.getValue()),
          "the plot '%s' has %s = %s, which is not varied; varied is %s"
              .formatted(
                  plot.title(),
                  axis.getKey(),
                  axis.getValue(),
                  varied.isEmpty() ? "nothing" : String.join(", ", varied)));
    }
  }

  /** A recording has a value for every depth, which is nothing without such points. */
  private static void checkRecording(Recording recording, SequencedMap<String, List<String>> varied)
      throws ExperimentException {
    require(
        recording.at().containsKey(Parameters.LOOP.name()),
        "the recording '%s' needs at = { loop = ... }: whether it went in batches"
            .formatted(recording.name()));
    List<String> needed = new ArrayList<>(recording.at().keySet());
    needed.add(Parameters.QUEUE_DEPTH.name());
    for (String name : needed) {
      require(
          varied.containsKey(Parameters.named(name).name()),
          "the recording '%s' needs %s to be varied".formatted(recording.name(), name));
    }
    for (Map.Entry<String, String> at : recording.at().entrySet()) {
      require(
          varied.getOrDefault(at.getKey(), List.of()).contains(at.getValue()),
          "the recording '%s' is at %s = %s, which no point has"
              .formatted(recording.name(), at.getKey(), at.getValue()));
    }
  }

  private static void put(Map<String, String> axes, String axis, @Nullable String parameter) {
    if (parameter != null) {
      axes.put(axis, parameter);
    }
  }

  private static SequencedMap<String, String> fixed(@Nullable JsonNode table)
      throws ExperimentException {
    SequencedMap<String, String> fixed = new LinkedHashMap<>();
    if (table != null) {
      require(table.isObject(), "[fixed] must be a table of name = value");
      for (Map.Entry<String, JsonNode> one : table.properties()) {
        Parameters.named(one.getKey());
        fixed.put(one.getKey(), scalar(one.getKey(), one.getValue()));
      }
    }
    return fixed;
  }

  private static SequencedMap<String, List<String>> varied(@Nullable JsonNode table)
      throws ExperimentException {
    SequencedMap<String, List<String>> varied = new LinkedHashMap<>();
    if (table != null) {
      require(table.isObject(), "[vary] must be a table of name = [values] or name = \"range\"");
      for (Map.Entry<String, JsonNode> one : table.properties()) {
        Parameters.named(one.getKey());
        varied.put(one.getKey(), values(one.getKey(), one.getValue()));
      }
    }
    return varied;
  }

  private static List<String> values(String name, JsonNode node) throws ExperimentException {
    try {
      if (!node.isArray()) {
        return Values.parse(scalar(name, node));
      }
      Set<String> values = new LinkedHashSet<>();
      for (JsonNode one : node) {
        values.addAll(Values.expand(scalar(name, one)));
      }
      require(!values.isEmpty(), "has no values");
      return List.copyOf(values);
    } catch (ExperimentException wrong) {
      throw new ExperimentException("%s: %s".formatted(name, wrong.getMessage()));
    }
  }

  private static String scalar(String name, JsonNode node) throws ExperimentException {
    require(node.isValueNode(), "%s must be a single value".formatted(name));
    if (node.isBoolean()) {
      return node.booleanValue() ? "on" : "off";
    }
    return node.isNumber() ? node.decimalValue().toPlainString() : node.asText();
  }

  private static List<PlotSpec> plots(@Nullable JsonNode list) throws ExperimentException {
    List<PlotSpec> plots = new ArrayList<>();
    if (list != null) {
      require(list.isArray(), "plots are written as [[plots]]");
      for (JsonNode one : list) {
        checkKeys("a plot", one, PLOT_KEYS);
        plots.add(plot(one));
      }
    }
    return plots;
  }

  private static PlotSpec plot(JsonNode node) throws ExperimentException {
    PlotKind kind = kind(text(node, "kind", ""));
    List<Metric> metrics = new ArrayList<>();
    for (String metric : texts("metrics", node.get("metrics"))) {
      metrics.add(metric(metric));
    }
    return new PlotSpec(
        kind,
        text(node, "title", label(kind).replace('-', ' ')),
        optional(node, "x"),
        optional(node, "y"),
        optional(node, "series"),
        metrics,
        text(node, "note", ""),
        fixed(node.get("only")));
  }

  private static List<Recording> recordings(@Nullable JsonNode list) throws ExperimentException {
    List<Recording> recordings = new ArrayList<>();
    if (list != null) {
      require(list.isArray(), "recordings are written as [[recorded]]");
      for (JsonNode one : list) {
        checkKeys("a recording", one, RECORDED_KEYS);
        String file = text(one, "file", "");
        require(!file.isEmpty(), "a recording needs a file");
        recordings.add(
            new Recording(text(one, "name", file), InputFile.find(file), fixed(one.get("at"))));
      }
    }
    return recordings;
  }

  private static PlotKind kind(String name) throws ExperimentException {
    List<String> names = Stream.of(PlotKind.values()).map(ExperimentReader::label).toList();
    for (PlotKind kind : PlotKind.values()) {
      if (label(kind).equals(name)) {
        return kind;
      }
    }
    throw new ExperimentException(
        "no plot is of kind '%s'; there are %s".formatted(name, String.join(", ", names)));
  }

  /** As experiments write it. */
  static String label(PlotKind kind) {
    return kind.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * The metric of that name.
   *
   * @throws ExperimentException when there is none; the message names one that is near
   */
  static Metric metric(String name) throws ExperimentException {
    for (Metric metric : Metric.values()) {
      if (metric.label().equals(name)) {
        return metric;
      }
    }
    throw new ExperimentException(
        "no metric is called '%s'%s"
            .formatted(
                name, Suggestion.of(name, Stream.of(Metric.values()).map(Metric::label).toList())));
  }

  private static void checkKeys(String of, JsonNode table, Set<String> known)
      throws ExperimentException {
    require(table.isObject(), of + " must be a table");
    for (Map.Entry<String, JsonNode> one : table.properties()) {
      require(
          known.contains(one.getKey()),
          "%s has no '%s'%s; it has %s"
              .formatted(
                  of,
                  one.getKey(),
                  Suggestion.of(one.getKey(), known),
                  String.join(", ", known.stream().sorted().toList())));
    }
  }

  private static String text(JsonNode table, String key, String otherwise)
      throws ExperimentException {
    JsonNode node = table.get(key);
    if (node == null) {
      return otherwise;
    }
    require(node.isTextual(), key + " must be a text");
    return node.asText().strip();
  }

  private static @Nullable String optional(JsonNode table, String key) throws ExperimentException {
    return table.has(key) ? text(table, key, "") : null;
  }

  private static List<String> texts(String key, @Nullable JsonNode node)
      throws ExperimentException {
    List<String> texts = new ArrayList<>();
    if (node != null) {
      require(node.isArray() || node.isTextual(), key + " must be a text or a list of texts");
      if (node.isTextual()) {
        texts.add(node.asText().strip());
      }
      for (JsonNode one : node) {
        require(one.isTextual(), key + " must be a list of texts");
        texts.add(one.asText().strip());
      }
    }
    return texts;
  }

  private static long number(JsonNode table, String key, long otherwise)
      throws ExperimentException {
    JsonNode node = table.get(key);
    if (node == null) {
      return otherwise;
    }
    require(node.isIntegralNumber() && node.canConvertToLong(), key + " must be a whole number");
    return node.longValue();
  }

  private static void require(boolean condition, String problem) throws ExperimentException {
    if (!condition) {
      throw new ExperimentException(problem);
    }
  }
}
