package dev.ringside.lab.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class GuestStudyTest {
  /** The figures that the recordings are published with. */
  @Test
  void countsTheRecordedWorkloads() throws IOException {
    GuestStudy.Counts w1 = GuestStudy.recorded(GuestTask.W1);
    assertThat(w1.requests()).isEqualTo(365);
    assertThat(w1.kicksPerRequest()).isEqualTo(0.877, within(0.0005));
    assertThat(w1.interruptsPerRequest()).isEqualTo(0.877, within(0.0005));

    GuestStudy.Counts w2 = GuestStudy.recorded(GuestTask.W2);
    assertThat(w2.requests()).isEqualTo(540);
    assertThat(w2.kicksPerRequest()).isEqualTo(0.941, within(0.0005));
    assertThat(w2.interruptsPerRequest()).isEqualTo(0.943, within(0.0005));
  }
}
