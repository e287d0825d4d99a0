package dev.ringside.lab.report.trace;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ringside.lab.report.RunFixture;
import dev.ringside.machine.EventLog;
import dev.ringside.machine.EventType;
import java.io.IOException;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class PerfettoTraceTest {
  private static List<JsonNode> trace(List<EventLog.Event> events) throws IOException {
    StringWriter text = new StringWriter();
    try (PerfettoTrace trace = new PerfettoTrace(text)) {
      events.forEach(trace::event);
    }
    List<JsonNode> nodes = new ArrayList<>();
    new ObjectMapper().readTree(text.toString()).get("traceEvents").forEach(nodes::add);
    return nodes;
  }

  private static List<JsonNode> ofPhase(List<JsonNode> trace, String phase) {
    return trace.stream().filter(node -> node.get("ph").asText().equals(phase)).toList();
  }

  static Stream<List<EventLog.Event>> runs() {
    List<EventLog.Event> whole = RunFixture.requests(32);
    List<EventLog.Event> resubmitted = new ArrayList<>(whole.subList(0, 12));
    resubmitted.addAll(RunFixture.requests(8).subList(0, 8));
    resubmitted.sort((a, b) -> Long.compare(a.time(), b.time()));
    return Stream.of(
        whole,
        whole.subList(0, 13),
        whole.subList(0, 31),
        whole.subList(7, 60),
        resubmitted,
        List.of());
  }

  @ParameterizedTest
  @MethodSource("runs")
  void balancesSlicesOnEveryThread(List<EventLog.Event> events) throws IOException {
    Map<Integer, Integer> depth = new HashMap<>();
    for (JsonNode node : trace(events)) {
      String phase = node.get("ph").asText();
      if (phase.equals("B") || phase.equals("E")) {
        int change = phase.equals("B") ? 1 : -1;
        assertThat(depth.merge(node.get("tid").asInt(), change, Integer::sum))
            .isGreaterThanOrEqualTo(0);
      }
    }
    assertThat(depth.values()).allMatch(open -> open == 0);
  }

  @ParameterizedTest
  @MethodSource("runs")
  void beginsAndEndsEveryFlowOnce(List<EventLog.Event> events) throws IOException {
    List<JsonNode> trace = trace(events);
    List<Long> begun = ofPhase(trace, "s").stream().map(node -> node.get("id").asLong()).toList();
    List<Long> ended = ofPhase(trace, "f").stream().map(node -> node.get("id").asLong()).toList();
    assertThat(begun).doesNotHaveDuplicates();
    assertThat(ended).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(begun);
    long submitted = events.stream().filter(event -> event.type() == EventType.SUBMIT).count();
    assertThat(begun).hasSize((int) submitted);
    assertThat(ofPhase(trace, "t")).allMatch(node -> begun.contains(node.get("id").asLong()));
  }

  @ParameterizedTest
  @MethodSource("runs")
  void bringsEveryCounterBackToZero(List<EventLog.Event> events) throws IOException {
    Map<String, Long> last = new HashMap<>();
    for (JsonNode node : ofPhase(trace(events), "C")) {
      long value = node.get("args").get("requests").asLong();
      assertThat(value).isGreaterThanOrEqualTo(0);
      last.put(node.get("name").asText(), value);
    }
    assertThat(last.values()).allMatch(value -> value == 0);
  }

  @ParameterizedTest
  @MethodSource("runs")
  void namesEveryThreadAndKeepsTheOrderOfTime(List<EventLog.Event> events) throws IOException {
    List<JsonNode> trace = trace(events);
    List<Integer> named =
        ofPhase(trace, "M").stream()
            .filter(node -> node.get("name").asText().equals("thread_name"))
            .map(node -> node.get("tid").asInt())
            .toList();
    BigDecimal time = BigDecimal.ZERO;
    for (JsonNode node : trace) {
      if (node.has("ts")) {
        assertThat(node.get("ts").decimalValue()).isGreaterThanOrEqualTo(time);
        time = node.get("ts").decimalValue();
      }
      String phase = node.get("ph").asText();
      if (!phase.equals("C") && !phase.equals("M")) {
        assertThat(named).contains(node.get("tid").asInt());
      }
    }
  }

  @Test
  void keepsEveryNanosecond() throws IOException {
    List<JsonNode> trace =
        trace(List.of(new EventLog.Event(1_234_567, "driver", EventType.KICK, 0, 3)));
    JsonNode kick = ofPhase(trace, "i").getFirst();
    assertThat(kick.get("ts").asText()).isEqualTo("1234.567");
    assertThat(kick.get("name").asText()).isEqualTo("kick");
    assertThat(kick.get("args").get("requests").asInt()).isEqualTo(3);
  }

  @Test
  void leadsEachRequestThroughPopAndService() throws IOException {
    List<JsonNode> trace = trace(RunFixture.requests(8));
    assertThat(ofPhase(trace, "s")).hasSize(8);
    assertThat(ofPhase(trace, "t")).hasSize(3 * 8);
    assertThat(ofPhase(trace, "i"))
        .extracting(node -> node.get("name").asText())
        .containsExactly("publish available", "kick", "publish used", "interrupt");
  }
}
