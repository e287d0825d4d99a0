package dev.ringside.lab.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ringside.lab.crash.CrashSweep.Selection;
import dev.ringside.lab.differ.Combination;
import dev.ringside.lab.kernel.LoopMount;
import dev.ringside.lab.kernel.Program;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A few scenarios; {@code harness/ringside crash} sweeps all of them. */
class CrashSweepTest {
  private static final List<String> SCENARIOS = List.of("create", "append");

  @BeforeEach
  void needsE2fsprogs() {
    assumeTrue(
        Program.MKE2FS.isPresent() && Program.E2FSCK.isPresent(),
        "mke2fs or e2fsck is missing: install the package e2fsprogs");
  }

  private static CrashSettings settings(boolean ignoredFlushes) {
    return new CrashSettings(
        1, 1, ignoredFlushes ? 1 : 3, 4, 1, ignoredFlushes, LoopMount.obstacle().isEmpty());
  }

  @ParameterizedTest
  @EnumSource(names = {"BLOCKS_1K", "EXT3_JOURNAL_1K"})
  void everyCrashLeavesAnOperationThereOrNot(Combination combination) throws IOException {
    List<CrashTally> tallies =
        new CrashSweep(settings(false))
            .run(List.of(combination), new Selection(SCENARIOS, -1, -1), tally -> {});
    assertThat(tallies)
        .hasSize(SCENARIOS.size() * Ending.USUAL.size())
        .allSatisfy(
            tally -> {
              assertThat(tally.bad()).as(tally.name()).isEmpty();
              assertThat(tally.states()).isPositive();
            });
    assertThat(tallies.stream().mapToInt(CrashTally::distinct).sum()).isPositive();
    assertThat(tallies.stream().mapToInt(CrashTally::recoveryStates).sum()).isPositive();
  }

  @Test
  void findsADiskThatIgnoresFlushes() throws IOException {
    List<CrashTally> tallies =
        new CrashSweep(settings(true))
            .run(
                List.of(Combination.BLOCKS_1K),
                new Selection(List.of("write-new"), -1, -1),
                tally -> {});
    assertThat(tallies.stream().mapToInt(tally -> tally.bad().size()).sum()).isPositive();
  }
}
