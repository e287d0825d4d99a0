package dev.ringside.ext4.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.ext4.testing.Tool;
import dev.ringside.machine.RandomStreams;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each target with its seeds, and with seeds that a few random bytes were changed in. */
class FuzzTargetsTest {
  private static final long SEED = 1;
  private static final int MUTANTS = 60;
  private static final int MAX_CHANGES = 8;

  @BeforeEach
  void needsMke2fs() {
    Tool.MKE2FS.assumePresent();
  }

  @ParameterizedTest
  @EnumSource
  void survivesItsSeeds(FuzzTarget target) {
    assertThat(target.seeds()).isNotEmpty().allSatisfy(target::run);
  }

  @ParameterizedTest
  @EnumSource
  void survivesMutants(FuzzTarget target) {
    List<byte[]> seeds = target.seeds();
    RandomGenerator random = new RandomStreams(SEED).stream(target.commandName());
    for (int i = 0; i < MUTANTS; i++) {
      byte[] mutant = seeds.get(random.nextInt(seeds.size())).clone();
      for (int changes = random.nextInt(MAX_CHANGES); changes >= 0; changes--) {
        mutant[random.nextInt(mutant.length)] = (byte) random.nextInt();
      }
      target.run(mutant);
    }
  }
}
