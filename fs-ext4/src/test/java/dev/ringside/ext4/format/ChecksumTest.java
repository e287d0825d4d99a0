package dev.ringside.ext4.format;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.machine.RandomStreams;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

final class ChecksumTest {
  private static final MemorySegment DIGITS =
      MemorySegment.ofArray("123456789".getBytes(StandardCharsets.US_ASCII));

  @Test
  void crc32cIsThePublishedOneWithoutItsInversion() {
    int value = new Crc32c().start(Crc32c.INITIAL).add(DIGITS, 0, 9).value();

    assertThat(value).isEqualTo(~0xe306_9283);
  }

  @Test
  void crc32cContinuesFromAnySeed() {
    RandomGenerator random = new RandomStreams(1).stream("crc");
    Crc32c crc = new Crc32c();
    for (int round = 0; round < 1000; round++) {
      int seed = random.nextInt();
      int cut = random.nextInt(10);

      int inOne = crc.start(seed).add(DIGITS, 0, 9).value();
      int first = crc.start(seed).add(DIGITS, 0, cut).value();
      int inTwo = crc.start(first).add(DIGITS, cut, 9 - cut).value();

      assertThat(inTwo).isEqualTo(inOne);
      assertThat(crc.start(seed).value()).isEqualTo(seed);
    }
  }

  @Test
  void crc16IsThePublishedOne() {
    assertThat(Crc16.add(Crc16.INITIAL, DIGITS, 0, 9)).isEqualTo(0x4b37);
  }
}
