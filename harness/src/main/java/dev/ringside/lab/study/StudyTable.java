package dev.ringside.lab.study;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.util.MinimalPrettyPrinter;
import java.io.IOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The points of a study as a table: a row each, with its parameters, every metric and every law.
 * The same study with the same seed gives the same bytes.
 */
public final class StudyTable {
  private static final String CSV_LINE_END = "\r\n";

  private final StudyResult result;
  private final List<String> laws;

  public StudyTable(StudyResult result) {
    this.result = result;
    Set<String> found = new LinkedHashSet<>();
    for (PointResult point : result.points()) {
      point.checks().forEach(check -> found.add(check.law()));
    }
    this.laws = List.copyOf(found);
  }

  /** Writes comma-separated values (RFC 4180). What has no meaning at a point is empty. */
  public void writeCsv(Writer writer) throws IOException {
    writeRow(writer, columns());
    for (PointResult point : result.points()) {
      writeRow(writer, row(point));
    }
  }

  private List<String> columns() {
    List<String> columns = new ArrayList<>(List.of("point"));
    columns.addAll(result.experiment().varied().keySet());
    columns.addAll(List.of("repetition", "seed"));
    for (Metric metric : Metric.values()) {
      columns.add(metric.label());
    }
    columns.add("laws_obeyed");
    for (String law : laws) {
      columns.add(law + ": expected");
      columns.add(law + ": measured");
      columns.add(law + ": holds");
    }
    columns.add("run_hash");
    return columns;
  }

  private List<String> row(PointResult result) {
    StudyPoint point = result.point();
    List<String> row = new ArrayList<>(List.of(Integer.toString(point.number())));
    row.addAll(point.values().values());
    row.add(Integer.toString(point.repetition()));
    row.add(Long.toString(point.seed()));
    for (Metric metric : Metric.values()) {
      row.add(number(result.metric(metric)));
    }
    row.add(Boolean.toString(result.obeysAllLaws()));
    Map<String, Check> checks = checks(result);
    for (String law : laws) {
      Check check = checks.get(law);
      row.add(check == null ? "" : number(check.expected()));
      row.add(check == null ? "" : number(check.measured()));
      row.add(check == null ? "" : Boolean.toString(check.holds()));
    }
    row.add(result.runHash());
    return row;
  }

  private static Map<String, Check> checks(PointResult result) {
    return result.checks().stream().collect(Collectors.toMap(Check::law, check -> check));
  }

  /** Whole numbers without a point, others with all digits that count. */
  private static String number(double value) {
    if (!Double.isFinite(value)) {
      return "";
    }
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString((long) value)
        : Double.toString(value);
  }

  private static void writeRow(Writer writer, List<String> fields) throws IOException {
    for (int i = 0; i < fields.size(); i++) {
      writer.write(i == 0 ? "" : ",");
      String field = fields.get(i);
      boolean plain = field.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
      writer.write(plain ? field : '"' + field.replace("\"", "\"\"") + '"');
    }
    writer.write(CSV_LINE_END);
  }

  /** Writes an object a line. What has no meaning at a point is left out. */
  public void writeJsonLines(Writer writer) throws IOException {
    JsonFactory factory =
        JsonFactory.builder().disable(StreamWriteFeature.AUTO_CLOSE_TARGET).build();
    try (JsonGenerator json = factory.createGenerator(writer)) {
      json.setPrettyPrinter(new MinimalPrettyPrinter(""));
      for (PointResult point : result.points()) {
        write(json, point);
        json.writeRaw('\n');
      }
    }
  }

  private void write(JsonGenerator json, PointResult result) throws IOException {
    StudyPoint point = result.point();
    json.writeStartObject();
    json.writeStringField("experiment", this.result.experiment().name());
    json.writeNumberField("point", point.number());
    json.writeObjectFieldStart("parameters");
    for (Map.Entry<String, String> value : point.values().entrySet()) {
      json.writeStringField(value.getKey(), value.getValue());
    }
    json.writeEndObject();
    json.writeNumberField("repetition", point.repetition());
    json.writeNumberField("seed", point.seed());
    for (Metric metric : Metric.values()) {
      writeNumber(json, metric.label(), result.metric(metric));
    }
    writeCounts(json, "requests_by_kick", result.requestsPerKick());
    writeCounts(json, "completions_by_interrupt", result.completionsPerInterrupt());
    json.writeArrayFieldStart("laws");
    for (Check check : result.checks()) {
      json.writeStartObject();
      json.writeStringField("law", check.law());
      writeNumber(json, "expected", check.expected());
      writeNumber(json, "measured", check.measured());
      json.writeNumberField("tolerance", check.tolerance());
      json.writeBooleanField("holds", check.holds());
      json.writeStringField("remark", check.remark());
      json.writeEndObject();
    }
    json.writeEndArray();
    if (!result.runHash().isEmpty()) {
      json.writeStringField("run_hash", result.runHash());
    }
    json.writeEndObject();
  }

  private static void writeNumber(JsonGenerator json, String name, double value)
      throws IOException {
    String text = number(value);
    if (!text.isEmpty()) {
      json.writeFieldName(name);
      json.writeNumber(text);
    }
  }

  /** How often each number occurred. */
  private static void writeCounts(JsonGenerator json, String name, Map<Integer, Long> counts)
      throws IOException {
    json.writeObjectFieldStart(name);
    for (Map.Entry<Integer, Long> count : counts.entrySet()) {
      json.writeNumberField(count.getKey().toString(), count.getValue());
    }
    json.writeEndObject();
  }
}
