package dev.ringside.lab.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import org.junit.jupiter.api.Test;
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
