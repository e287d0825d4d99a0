package dev.ringside.lab.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.lab.report.plot.Xml;
import dev.ringside.lab.study.Check;
import dev.ringside.lab.study.Metric;
import dev.ringside.lab.study.PlotKind;
import dev.ringside.lab.study.PlotSpec;
import dev.ringside.lab.study.PointResult;
import dev.ringside.lab.study.Reference;
import dev.ringside.lab.study.Stage;
import dev.ringside.lab.study.StudyResult;
import dev.ringside.lab.study.TimeSeries;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class ReportFolderTest {
  private static final Pattern PICTURE = Pattern.compile("<svg.*?</svg>", Pattern.DOTALL);
  private static final Pattern LINK = Pattern.compile("(?:href|src|url)\\s*[=(]\\s*\"?([^\"')>]*)");
  private static final long FIVE_MEGABYTES = 5_000_000;

  @TempDir private Path folder;

  private String page(StudyResult result, ReportExtras extras) throws IOException {
    ReportFolder.write(folder, result, extras);
    return Files.readString(folder.resolve(ReportFolder.PAGE));
  }

  private String page(StudyFixture study) throws IOException {
    return page(study.build(), ReportExtras.NONE);
  }

  private static StudyFixture everyKind() {
    StudyFixture study =
        new StudyFixture().vary("batch", "1", "2", "4", "8").vary("ring", "split", "packed");
    for (PlotKind kind : PlotKind.values()) {
      study.plot(new PlotSpec(kind, kind.name(), "batch", "ring", null, List.of(), ""));
    }
    return study;
  }

  private static List<String> pictures(String page) {
    List<String> pictures = new ArrayList<>();
    Matcher each = PICTURE.matcher(page);
    while (each.find()) {
      pictures.add(each.group());
    }
    return pictures;
  }

  @Test
  void drawsEveryKindOfPlotAsAWellFormedPicture() throws IOException {
    String page =
        page(
            everyKind().build(),
            ReportExtras.NONE.withRuns(List.of(new RunEvents("#3", RunFixture.requests(64)))));
    List<String> pictures = pictures(page);
    assertThat(pictures).hasSizeGreaterThan(2 * (PlotKind.values().length - 1));
    pictures.forEach(Xml::parse);
    assertThat(page).doesNotContain("Nothing of this was measured");
  }

  @Test
  void needsNothingFromElsewhere() throws IOException {
    String page =
        page(
            everyKind().build(),
            ReportExtras.NONE.withAttachments(
                List.of(new Attachment("a \"b\".csv", "https://example.org"))));
    Matcher each = LINK.matcher(page);
    List<String> links = new ArrayList<>();
    while (each.find()) {
      links.add(each.group(1));
    }
    assertThat(links).containsExactly("./a%20%22b%22.csv");
    assertThat(page).contains("default-src 'none'").doesNotContain("@import");
  }

  @Test
  void givesTheSameBytesForTheSameResult() throws IOException {
    assertThat(page(everyKind())).isEqualTo(page(everyKind()));
  }

  @Test
  void escapesWhatAPersonWrote() throws IOException {
    String hostile = "</title><script>alert(\"1\")</script> & 'x'";
    String page =
        page(
            new StudyFixture()
                .title(hostile)
                .vary("batch", hostile, "2")
                .fix(hostile, hostile)
                .plot(PlotKind.LINES, "batch", null, Metric.THROUGHPUT)
                .plot(PlotKind.LATENCY_STAGES, "batch", null)
                .build(),
            ReportExtras.NONE.withCommand(hostile).withProvenance(hostile));
    assertThat(page).doesNotContain("<script>alert").doesNotContain("</title><script");
    assertThat(page).contains("&lt;/title&gt;&lt;script&gt;alert(&quot;1&quot;)");
  }

  @Test
  void staysSmallWithAThousandPoints() throws IOException {
    StudyFixture study =
        new StudyFixture().requests(100).vary("queue-depth", 100).vary("batch", 10);
    for (PlotKind kind : PlotKind.values()) {
      study.plot(new PlotSpec(kind, kind.name(), "queue-depth", "batch", null, List.of(), ""));
    }
    StudyResult result = study.build();
    assertThat(result.points()).hasSize(1_000);
    page(result, ReportExtras.NONE);
    assertThat(folder.resolve(ReportFolder.PAGE))
        .satisfies(file -> assertThat(Files.size(file)).isLessThan(FIVE_MEGABYTES));
  }

  @Test
  void saysHowManyOfSixtyFourLinesItDraws() throws IOException {
    String page =
        page(
            new StudyFixture()
                .vary("batch", "1", "2")
                .vary("queue-depth", 64)
                .plot(PlotKind.LINES, "batch", "queue-depth", Metric.THROUGHPUT));
    assertThat(page).contains("12 of 64 lines are drawn");
  }

  @ParameterizedTest
  @EnumSource(PlotKind.class)
  void drawsOnePointWithoutAnyMeasurement(PlotKind kind) throws IOException {
    String page =
        page(
            new StudyFixture()
                .plot(kind, null, null)
                .change(
                    point ->
                        new PointResult(
                            point.point(),
                            Map.of(),
                            Map.of(),
                            Map.of(),
                            Map.of(),
                            new TimeSeries(1, List.of()),
                            List.of(),
                            "")));
    pictures(page).forEach(Xml::parse);
    assertThat(page).contains("No law was checked");
  }

  @Test
  void marksThePointThatBreaksALaw() throws IOException {
    Check broken = new Check("Little's law", 32, 31, 1e-9, "always");
    String page =
        page(
            new StudyFixture()
                .vary("batch", "1", "2", "4")
                .change(
                    point ->
                        point.point().number() == 1 ? withChecks(point, List.of(broken)) : point));
    assertThat(page).contains("of 5 checks broken");
    assertThat(page).contains("<td>#1 batch=2</td><td>Little&#39;s law</td>");
    assertThat(page).containsOnlyOnce("<tr class=\"broken\"><td class=\"n\">1</td>");
  }

  private static PointResult withChecks(PointResult point, List<Check> checks) {
    return new PointResult(
        point.point(),
        point.metrics(),
        point.latency(),
        point.requestsPerKick(),
        point.completionsPerInterrupt(),
        point.occupancy(),
        checks,
        point.runHash());
  }

  @Test
  void putsTheRecordingBesideTheMeasurement() throws IOException {
    LinkedHashMap<String, Double> recorded = new LinkedHashMap<>();
    recorded.put("2", 0.766);
    recorded.put("64", 0.028);
    LinkedHashMap<String, String> at = new LinkedHashMap<>();
    at.put("ring", "split");
    String page =
        page(
            new StudyFixture()
                .vary("batch", "1", "2", "4")
                .vary("ring", "split", "packed")
                .plot(PlotKind.NOTIFICATIONS, "batch", "ring")
                .reference(
                    new Reference(
                        "QEMU", "A recording.", Metric.KICKS_PER_REQUEST, "batch", at, recorded)));
    assertThat(page)
        .contains(
            "<td>2</td><td>batch=2 ring=split</td><td class=\"n\">0.766</td>"
                + "<td class=\"n\">0.5</td><td class=\"n\">0.653</td>")
        .doesNotContain("<td>2</td><td>batch=2 ring=packed</td>")
        .contains("<td>64</td><td>not run</td>")
        .contains("QEMU, batch=64: kicks per request 0.028")
        .contains("QEMU, batch=2: kicks per request 0.766");
  }

  @Test
  void tellsTheSpreadOfRepetitions() throws IOException {
    String page =
        page(
            new StudyFixture()
                .vary("batch", "1", "8")
                .repetitions(3)
                .plot(PlotKind.LINES, "batch", null, Metric.THROUGHPUT));
    assertThat(page).contains("in 3 repetitions)").contains("class=\"whisker c0\"");
  }

  @Test
  void writesADistributionForEveryPointAndStageAskedFor() throws IOException {
    page(
        new StudyFixture().vary("batch", "1", "2").build(),
        ReportExtras.NONE.withHistograms(Set.of(Stage.TOTAL, Stage.SERVICE)));
    Path file = folder.resolve("hgrm/point-0001-total.hgrm");
    assertThat(folder.resolve("hgrm/point-0000-service.hgrm")).exists();
    assertThat(Files.readAllLines(file).getFirst())
        .matches("\\s+Value\\s+Percentile\\s+TotalCount 1/\\(1-Percentile\\)");
    assertThat(Files.readString(file)).contains("#[Mean    =");
    assertThat(Files.readString(folder.resolve(ReportFolder.PAGE)))
        .contains("4 latency distributions");
  }

  @Test
  void linksFromTheIndexToEveryReport() throws IOException {
    StudyResult result = everyKind().build();
    ReportIndex.write(
        folder,
        "Ten <exercises>",
        "One after the other.",
        List.of(
            new ReportIndex.Entry("01-batch", result), new ReportIndex.Entry("02 & more", result)));
    String page = Files.readString(folder.resolve(ReportIndex.PAGE));
    assertThat(page)
        .contains("href=\"./01-batch/report.html\"")
        .contains("href=\"./02%20%26%20more/report.html\"")
        .contains("Ten &lt;exercises&gt;");
    assertThat(pictures(page)).hasSize(2);
  }
}
