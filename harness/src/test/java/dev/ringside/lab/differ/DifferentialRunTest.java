package dev.ringside.lab.differ;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ringside.lab.kernel.LoopMount;
import dev.ringside.lab.kernel.Program;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A few hundred operations on every kind of filesystem; {@code harness/differ} does more. */
class DifferentialRunTest {
  private static final long SEED = 7;
  private static final int OPERATIONS = 300;

  @BeforeEach
  void needsAKernelMount() {
    String obstacle = LoopMount.obstacle();
    assumeTrue(obstacle.isEmpty(), obstacle);
    assumeTrue(Program.MKE2FS.isPresent(), "mke2fs is missing: install the package e2fsprogs");
  }

  @ParameterizedTest
  @EnumSource
  void doesAsTheKernelDoes(Combination combination) throws IOException {
    RunResult result = run(combination, Sides.RINGSIDE_AND_KERNEL);
    assertThat(result.differences())
        .as(
            "harness/differ --combinations %s --operations %d --seed %d",
            combination.commandName(), OPERATIONS, SEED)
        .isEmpty();
    assertThat(result.operations()).isEqualTo(OPERATIONS);
    assertThat(result.outcomes()).containsKeys("done", "ENOENT", "EEXIST", "EINVAL");
  }

  @Test
  void seesNoDifferenceBetweenTwoKernels() throws IOException {
    assertThat(run(Combination.BLOCKS_1K, Sides.KERNEL_TWICE).differences()).isEmpty();
  }

  @Test
  void findsOneWrongByteAndLeavesOutWhatItDoesNotNeed() throws IOException {
    // One in which nobody cuts the wrong file off or deletes it before somebody looks.
    List<Step> steps = DifferentialRun.sequence(Combination.EXT4, 1, 10 * OPERATIONS);
    DifferentialRun run = new DifferentialRun(Combination.EXT4, Sides.KERNEL_AND_WRONG_KERNEL);
    Difference difference = run.run(steps, true).differences().getFirst();
    Shrinker.Shrunken shrunken = new Shrinker(run, Duration.ofSeconds(2)).shrink(steps, difference);
    assertThat(shrunken.steps()).hasSizeLessThan(steps.size());
    assertThat(shrunken.difference().kind()).isEqualTo(difference.kind());
  }

  @Test
  void drawsTheSameFromTheSameSeed() {
    assertThat(DifferentialRun.sequence(Combination.SMALL, SEED, OPERATIONS))
        .isEqualTo(DifferentialRun.sequence(Combination.SMALL, SEED, OPERATIONS))
        .isNotEqualTo(DifferentialRun.sequence(Combination.SMALL, SEED + 1, OPERATIONS));
  }

  private static RunResult run(Combination combination, Sides sides) throws IOException {
    return new DifferentialRun(combination, sides)
        .run(DifferentialRun.sequence(combination, SEED, OPERATIONS), true);
  }
}
