package dev.ringside.machine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RandomStreamsTest {
  @Test
  void givesAStreamThatDependsOnSeedAndNameOnly() {
    RandomStreams streams = new RandomStreams(42);
    long first = streams.stream("faults").nextLong();
    streams.stream("scheduler").nextLong();

    assertThat(streams.stream("faults").nextLong()).isEqualTo(first);
    assertThat(streams.stream("scheduler").nextLong()).isNotEqualTo(first);
    assertThat(new RandomStreams(43).stream("faults").nextLong()).isNotEqualTo(first);
  }
}
