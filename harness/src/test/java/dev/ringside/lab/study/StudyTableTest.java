package dev.ringside.lab.study;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;

final class StudyTableTest {
  private static StudyTable table(Check... checks) {
    SequencedMap<String, String> values = new LinkedHashMap<>();
    values.put("coalesce", "8,50000");
    PointResult point =
        new PointResult(
            new StudyPoint(0, values, 0, 7),
            Map.of(Metric.REQUESTS, 5.0, Metric.LATENCY_MEAN, 2.5, Metric.EFFICIENCY, Double.NaN),
            Map.of(),
            Map.of(2, 1L),
            Map.of(),
            new TimeSeries(1, List.of()),
            List.of(checks),
            "00ff");
    SequencedMap<String, List<String>> varied = new LinkedHashMap<>();
    varied.put("coalesce", List.of("8,50000"));
    Experiment experiment =
        new Experiment("x", "x", "", List.of(), new LinkedHashMap<>(), varied, 1, 7, List.of());
    return new StudyTable(new StudyResult(experiment, List.of(point), List.of()));
  }

  private static List<String> csv(Check... checks) throws IOException {
    StringWriter text = new StringWriter();
    table(checks).writeCsv(text);
    assertThat(text.toString()).endsWith("\r\n");
    return text.toString().lines().toList();
  }

  @Test
  void quotesWhatHasACommaAndLeavesOutWhatHasNoMeaning() throws IOException {
    List<String> rows = csv();
    assertThat(rows.getFirst()).startsWith("point,coalesce,repetition,seed,requests,elapsed_ns,");
    assertThat(rows.getLast()).startsWith("0,\"8,50000\",0,7,5,,,,2.5,").endsWith(",true,00ff");
  }

  @Test
  void marksAPointThatBreaksALaw() throws IOException {
    List<String> rows = csv(new Check("Little's law", 2, 3, 0.1, "always"));
    assertThat(rows.getFirst()).contains("laws_obeyed,Little's law: expected,");
    assertThat(rows.getLast()).endsWith(",false,2,3,false,00ff");
  }

  @Test
  void writesAnObjectALine() throws IOException {
    StringWriter text = new StringWriter();
    table(new Check("Little's law", 2, 3, 0.1, "always")).writeJsonLines(text);
    assertThat(text.toString().lines())
        .singleElement()
        .asString()
        .contains("\"parameters\":{\"coalesce\":\"8,50000\"}")
        .contains("\"latency_mean_ns\":2.5")
        .contains("\"requests_by_kick\":{\"2\":1}")
        .contains("\"holds\":false")
        .doesNotContain("efficiency");
  }
}
