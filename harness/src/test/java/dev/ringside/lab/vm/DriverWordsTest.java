package dev.ringside.lab.vm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringside.driver.BatchPolicy;
import dev.ringside.driver.CompletionPolicy;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DriverWordsTest {
  @ParameterizedTest
  @ValueSource(
      strings = {"each", "every:8", "last", "plug:32", "count-or-time:8,20000", "adaptive:32"})
  void printsABatchPolicyAsItWasRead(String word) {
    assertThat(DriverWords.of(DriverWords.batch(word))).isEqualTo(word);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"spin", "interrupt", "delayed", "delayed:1/2", "hybrid:20000", "poll-queue"})
  void printsACompletionPolicyAsItWasRead(String word) {
    assertThat(DriverWords.of(DriverWords.completion(word))).isEqualTo(word);
  }

  @Test
  void readsWhatItSays() {
    assertThat(
            List.of(
                DriverWords.batch("each"),
                DriverWords.batch("every:8"),
                DriverWords.batch("count-or-time:8,20000")))
        .containsExactly(
            BatchPolicy.everyRequest(), BatchPolicy.every(8), BatchPolicy.countOrTime(8, 20_000));
    assertThat(DriverWords.completion("delayed")).isEqualTo(CompletionPolicy.DELAYED);
    assertThat(DriverWords.completion("delayed:3/4")).isEqualTo(CompletionPolicy.DELAYED);
    assertThat(CompletionPolicy.KINDS)
        .allSatisfy(
            policy -> assertThat(DriverWords.completion(DriverWords.of(policy))).isEqualTo(policy));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "Each",
        "every",
        "every:",
        "every:0",
        "every:x",
        "plug:-1",
        "count-or-time:8",
        "count-or-time:8,0",
        "count-or-time:8,1,2",
        "adaptive:99999999999"
      })
  void refusesWhatIsNoBatchPolicy(String word) {
    assertThatThrownBy(() -> DriverWords.batch(word))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("'%s' is not each, ".formatted(word))
        .hasMessageNotContaining("\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "poll", "delayed:", "delayed:5/4", "delayed:0/4", "delayed:3", "hybrid:0"})
  void refusesWhatIsNoCompletionPolicy(String word) {
    assertThatThrownBy(() -> DriverWords.completion(word))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("'%s' is not spin, ".formatted(word))
        .hasMessageNotContaining("\n");
  }
}
