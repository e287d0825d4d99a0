package dev.ringside.hostile;

import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.ringside.machine.RandomStreams;
import dev.ringside.machine.RunHash;
import dev.ringside.machine.SimulatedScheduler;
import dev.ringside.virtio.spec.Feature;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;

/**
 * Turns rows into tests: each attack of a row on each combination of its scope, with the requests
 * processed by the queue's own task and by workers. A run in simulated time fails by itself when a
 * task waits for ever.
 */
final class Rows {
  private static final int[] WORKERS = {0, 2};
  private static final long SEED = 1;

  private Rows() {}

  static <R extends CatalogueRow> Stream<DynamicContainer> tests(
      R[] rows, Function<R, List<Attack>> attacks) {
    return Arrays.stream(rows)
        .map(
            row ->
                dynamicContainer(
                    row.facts().toString(),
                    row.facts().scope().combinations().stream()
                        .map(combination -> tests(combination, attacks.apply(row)))));
  }

  /** One attack on every combination. */
  static Stream<DynamicContainer> tests(Attack attack) {
    return Arrays.stream(Combination.values())
        .map(combination -> tests(combination, List.of(attack)));
  }

  private static DynamicContainer tests(Combination combination, List<Attack> attacks) {
    return dynamicContainer(
        combination.toString(),
        attacks.stream()
            .flatMap(
                attack ->
                    IntStream.of(WORKERS).mapToObj(workers -> test(combination, attack, workers))));
  }

  private static DynamicTest test(Combination combination, Attack attack, int workers) {
    return dynamicTest(
        "%s, %d workers".formatted(attack.name(), workers),
        () -> run(combination, attack, workers));
  }

  private static void run(Combination combination, Attack attack, int workers) throws Throwable {
    Assumptions.assumeTrue(combination.available(), combination + ": not there yet");
    SimulatedScheduler scheduler = new SimulatedScheduler(new RandomStreams(SEED), new RunHash());
    try (GuestRam ram = new GuestRam(attack.setup().ramBytes())) {
      RawGuest guest = new RawGuest(combination, attack.setup(), workers, scheduler, ram);
      long missing = attack.setup().added() & ~guest.offered();
      Assumptions.assumeTrue(missing == 0, "not offered yet: " + Feature.describe(missing));
      try {
        scheduler.run(
            () -> {
              attack.body().attack(guest);
              guest.expectRecovery();
            });
      } catch (IllegalStateException failed) {
        throw rootOf(failed);
      }
    }
  }

  /** The assertion that failed in a task, rather than the report that the task failed. */
  private static Throwable rootOf(IllegalStateException failed) {
    Throwable cause = failed;
    while (cause instanceof IllegalStateException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }
}
