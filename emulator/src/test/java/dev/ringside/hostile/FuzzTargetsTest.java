package dev.ringside.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.machine.RandomStreams;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each target with its seeds, and with seeds that a few random bytes were changed in. */
class FuzzTargetsTest {
  private static final long SEED = 1;
  private static final int MUTANTS = 2_000;

  /** Of a target that makes connections between real threads. */
  private static final int CONNECTIONS = 300;

  private static final int MAX_CHANGES = 8;

  @ParameterizedTest
  @EnumSource
  void survivesItsSeeds(FuzzTarget target) {
    Assumptions.assumeTrue(target.available(), "not there yet");
    assertThat(target.seeds()).isNotEmpty().allSatisfy(target::run);
  }

  @ParameterizedTest
  @EnumSource
  void survivesMutants(FuzzTarget target) {
    Assumptions.assumeTrue(target.available(), "not there yet");
    List<byte[]> seeds = target.seeds();
    RandomGenerator random = new RandomStreams(SEED).stream(target.commandName());
    boolean connects = target == FuzzTarget.VHOST_USER || target == FuzzTarget.VFIO_USER;
    int mutants = connects ? CONNECTIONS : MUTANTS;
    for (int i = 0; i < mutants; i++) {
      byte[] mutant = seeds.get(random.nextInt(seeds.size())).clone();
      for (int changes = random.nextInt(MAX_CHANGES); changes >= 0; changes--) {
        mutant[random.nextInt(mutant.length)] = (byte) random.nextInt();
      }
      target.run(mutant);
    }
  }
}
