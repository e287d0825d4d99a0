package dev.ringside.lab.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SimCommandTest {
  @Test
  void withoutATraceItRunsTheProjectsOwnInVirtualTime() {
    CommandRun run = CommandRun.of("sim", "--seed", 7);

    assertThat(run.status()).isZero();
    assertThat(run.err()).isEmpty();
    assertThat(run.out())
        .contains("553: 13 reads, 324 writes, 216 flushes, 0 discards")
        .contains("of simulated time")
        .containsPattern("run hash    [0-9a-f]{16}");
  }

  @Test
  void theSameSeedPrintsTheSameAndAnotherDoesNot() {
    CommandRun first = CommandRun.of("sim", "--seed", 7, "--batch", 8);

    assertThat(CommandRun.of("sim", "--seed", 7, "--batch", 8)).isEqualTo(first);
    assertThat(hash(CommandRun.of("sim", "--seed", 8, "--batch", 8))).isNotEqualTo(hash(first));
  }

  @Test
  void theJsonObjectHoldsSeedAndHash() throws IOException {
    JsonNode json =
        new ObjectMapper().readTree(CommandRun.of("sim", "--seed", -3, "--json", "-").out());

    assertThat(json.path("seed").asLong()).isEqualTo(-3);
    assertThat(json.path("run_hash").asText()).matches("[0-9a-f]{16}");
    assertThat(json.path("kicks_per_request").asDouble()).isEqualTo(1.0);
    assertThat(json.path("elapsed_ns").asLong()).isPositive();
  }

  @Test
  void aCostThatEveryKickPaysIsInTheVirtualTime() throws IOException {
    JsonNode kevlar =
        new ObjectMapper()
            .readTree(
                CommandRun.of("sim", "--costs", "kevlar", "--workers", 0, "--json", "-").out());

    // 553 requests, a kick each, half a millisecond a kick, and nothing else costs anything.
    assertThat(kevlar.path("elapsed_ns").asLong()).isEqualTo(553 * 500_000L);
  }

  /** Sixteen of the trace's requests at a time, and what the options make of them. */
  private static JsonNode sim(String options) throws IOException {
    return new ObjectMapper()
        .readTree(
            CommandRun.of(
                    Stream.concat(
                            Stream.of("sim", "--batch", 16, "--json", "-"),
                            Stream.of(options.split(" ", -1)).filter(word -> !word.isEmpty()))
                        .toArray())
                .out());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--ring packed",
        "--ring packed --queue-size 100 --in-order",
        "--in-order --no-indirect --no-event-idx",
        "--workers 1 --worker-mapping 0",
        "--workers 4 --worker-mapping round-robin",
        "--wait poll",
        "--wait adaptive",
        "--merge 16"
      })
  void everyWayReplaysTheSameRequests(String options) throws IOException {
    JsonNode json = sim(options);

    assertThat(json.path("requests").asLong()).isEqualTo(553);
    assertThat(json.path("failed").asLong()).isZero();
  }

  @Test
  void theJsonObjectSaysHowTheDeviceServes() throws IOException {
    JsonNode json =
        sim(
            "--ring packed --in-order --no-indirect --workers 3 --worker-mapping round-robin"
                + " --wait adaptive:5000 --coalesce rate:60000,10000 --merge 8");

    assertThat(json.path("ring").asText()).isEqualTo("packed");
    assertThat(json.path("in_order").asBoolean()).isTrue();
    assertThat(json.path("indirect").asBoolean()).isFalse();
    assertThat(json.path("event_idx").asBoolean()).isTrue();
    assertThat(json.path("workers").asInt()).isEqualTo(3);
    assertThat(json.path("worker_mapping").asText()).isEqualTo("round-robin");
    assertThat(json.path("wait").asText()).isEqualTo("adaptive:5000");
    assertThat(json.path("coalesce").asText()).isEqualTo("rate:60000,10000");
    assertThat(json.path("merge").asInt()).isEqualTo(8);
  }

  @Test
  void coalescingSavesInterruptsAndCostsTime() throws IOException {
    JsonNode without = sim("");
    JsonNode coalesced = sim("--coalesce 16,2000000");

    assertThat(coalesced.path("interrupts").asLong())
        .isLessThan(without.path("interrupts").asLong());
    assertThat(coalesced.path("elapsed_ns").asLong())
        .isGreaterThan(without.path("elapsed_ns").asLong());
  }

  @Test
  void dumpsAPackedRing() {
    assertThat(CommandRun.of("sim", "--ring", "packed", "--dump-ring", "-").out())
        .contains("desc[0] flags")
        .contains("driver event off")
        .contains("device event flags");
  }

  private static Path plan(Path folder, String... rules) throws IOException {
    return Files.write(folder.resolve("plan"), List.of(rules));
  }

  @Test
  void theSameSeedAndPlanGoWrongInTheSameWay(@TempDir Path folder) throws IOException {
    Path plan =
        plan(
            folder,
            "write probability 0.1: io-error",
            "read nth 3: stuck",
            "write every 40: delay 2ms",
            "kick nth 100: lost-kick",
            "interrupt every 50: lost-interrupt",
            "write nth 200: wrong-used-id 300",
            "flush every 7: lost-flush");
    CommandRun first = CommandRun.of("sim", "--seed", 7, "--batch", 4, "--faults", plan);

    assertThat(first.err()).isEmpty();
    assertThat(first.status()).isEqualTo(1);
    assertThat(first.out())
        .containsPattern("failed +[1-9][0-9]*, the first of them ")
        .containsPattern("fault 1 +fired on [1-9][0-9]* of [1-9][0-9]*: write probability 0.1")
        .containsPattern("fault 2 +fired on 1 of ")
        .containsPattern("fault 4 +fired on 1 of ")
        .containsPattern("fault 6 +fired on 1 of ")
        .containsPattern("recovered +[1-9] resets of the device, [1-9][0-9]* lost interrupts");
    assertThat(CommandRun.of("sim", "--seed", 7, "--batch", 4, "--faults", plan)).isEqualTo(first);
    assertThat(hash(CommandRun.of("sim", "--seed", 8, "--batch", 4, "--faults", plan)))
        .isNotEqualTo(hash(first));
    assertThat(hash(CommandRun.of("sim", "--seed", 7, "--batch", 4))).isNotEqualTo(hash(first));
  }

  @Test
  void theJsonObjectCountsEveryRule(@TempDir Path folder) throws IOException {
    Path plan = plan(folder, "# comment", "read  nth 2:io-error", "any: delay 1us");
    JsonNode json =
        new ObjectMapper().readTree(CommandRun.of("sim", "--faults", plan, "--json", "-").out());

    assertThat(json.path("failed").asLong()).isEqualTo(1);
    assertThat(json.path("recoveries").asLong()).isZero();
    assertThat(json.path("lost_interrupts").asLong()).isZero();
    assertThat(json.path("faults")).hasSize(2);
    JsonNode rule = json.path("faults").path(0);
    assertThat(rule.path("rule").asText()).isEqualTo("read nth 2: io-error");
    assertThat(rule.path("matched").asLong()).isEqualTo(13);
    assertThat(rule.path("fired").asLong()).isEqualTo(1);
    assertThat(json.path("faults").path(1).path("fired").asLong()).isEqualTo(553);
  }

  @Test
  void saysWhereAPlanIsWrong(@TempDir Path folder) throws IOException {
    Path plan = plan(folder, "read: io-error", "read nth x: io-error");
    CommandRun run = CommandRun.of("sim", "--faults", plan);

    assertThat(run.status()).isEqualTo(3);
    assertThat(run.err())
        .isEqualTo(
            "ringside: %s: line 2, column 10: 'x' is no whole number: expected a count%n"
                .formatted(plan));
    assertThat(CommandRun.of("sim", "--faults", folder.resolve("none")).status()).isEqualTo(3);
    assertThat(CommandRun.of("sim", "--timeout-ms", -1).status()).isEqualTo(2);
  }

  @Test
  void aPlanWithoutRulesChangesNothing(@TempDir Path folder) throws IOException {
    assertThat(CommandRun.of("sim", "--timeout-ms", 0, "--faults", plan(folder, "# nothing")))
        .isEqualTo(CommandRun.of("sim"));
  }

  /** The way to the device costs nothing by itself, so the run is the same to the last event. */
  @ParameterizedTest
  @ValueSource(strings = {"mmio-legacy", "pci", "pci-intx"})
  void theTransportDoesNotChangeTheRun(String transport) {
    CommandRun run = CommandRun.of("sim", "--seed", 7, "--transport", transport);
    assertThat(run.status()).isZero();
    assertThat(hash(run)).isEqualTo(hash(CommandRun.of("sim", "--seed", 7)));
  }

  private static String hash(CommandRun run) {
    return run.out().lines().filter(line -> line.startsWith("run hash")).findFirst().orElseThrow();
  }
}
