package dev.ringside.machine;

import java.nio.charset.StandardCharsets;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.zip.CRC32C;

/**
 * Named streams of random numbers, all split off one seed. A stream depends on the seed and its own
 * name only, so a new consumer does not shift what the others draw.
 *
 * @param seed of the run; any value
 */
public record RandomStreams(long seed) {
  private static final RandomGeneratorFactory<RandomGenerator> ALGORITHM =
      RandomGeneratorFactory.of("L64X128MixRandom");

  /** The stream of that name, from its start. */
  public RandomGenerator stream(String name) {
    CRC32C checksum = new CRC32C();
    checksum.update(name.getBytes(StandardCharsets.UTF_8));
    return ALGORITHM.create(RunHash.mix(seed, checksum.getValue()));
  }
}
