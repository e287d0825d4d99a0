package dev.ringside.lab.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.ServerSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ServeCommandTest {
  @Test
  void listsTheSettings() {
    CommandRun run = CommandRun.of("serve", "live", "--help");
    assertThat(run.status()).isZero();
    assertThat(run.out()).contains("queue-depth", "event-idx", "split, packed");
  }

  @Test
  void wantsToKnowWhatToServe() {
    CommandRun run = CommandRun.of("serve");
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err()).contains("expected what to serve");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --port      | 70000             | --port must be 0 to 65535
          --port      | x                 | --port
          --speed     | -1                | --speed must be 0 or more
          --seed      | one               | --seed
          --set       | ring=round        | --set: ring must be split or packed
          --set       | queue-size=10     | --set: queue-size must be a power of two
          --set       | colour=red        | --set: 'colour' is no setting
          --set       | ring              | --set
          --set       | batch=plug        | --set: batch: 'plug' is not each
          """)
  void refusesWrongUsageInOneLine(String option, String value, String why) {
    CommandRun run = CommandRun.of("serve", "live", option, value);
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err()).contains(why);
    assertThat(run.err().lines()).hasSize(1);
    assertThat(run.out()).isEmpty();
  }

  @Test
  void saysThatAPortIsTaken() throws Exception {
    try (ServerSocket taken = new ServerSocket(0)) {
      CommandRun run = CommandRun.of("serve", "live", "--port", taken.getLocalPort());
      assertThat(run.status()).isEqualTo(3);
      assertThat(run.err()).contains("cannot listen").contains("--port");
      assertThat(run.err().lines()).hasSize(1);
    }
  }

  @Test
  void saysThatThereIsNoSuchHost() {
    CommandRun run = CommandRun.of("serve", "live", "--host", "no-such-host.invalid");
    assertThat(run.status()).isEqualTo(3);
    assertThat(run.err()).contains("no such host");
  }
}
