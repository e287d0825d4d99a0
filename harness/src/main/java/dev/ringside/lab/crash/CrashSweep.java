package dev.ringside.lab.crash;

import dev.ringside.lab.differ.Combination;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Sweeps scenarios over kinds of filesystems, as many at once as there are processors. */
public final class CrashSweep {
  private static final Path MEMORY = Path.of("/dev/shm");
  private static final int SMALL_BLOCK = 1024;

  /** Room for the smallest journal: 1,024 blocks. */
  private static final int SMALL_BLOCKS_MIB = 4;

  private static final int LARGE_BLOCKS_MIB = 12;

  private final CrashSettings settings;

  /** A sweep as thorough as the settings say. */
  public CrashSweep(CrashSettings settings) {
    this.settings = settings;
  }

  /**
   * Which states.
   *
   * @param scenarios by name; empty for all
   * @param cut of the one state that is wanted; -1 for all
   * @param choice of that state
   */
  public record Selection(List<String> scenarios, int cut, int choice) {
    /** Every state of every scenario. */
    public static final Selection ALL = new Selection(List.of(), -1, -1);

    /** Copies the names. */
    public Selection {
      scenarios = List.copyOf(scenarios);
    }

    boolean includes(int someCut, int someChoice) {
      return cut == -1 || (cut == someCut && choice == someChoice);
    }
  }

  /** Is told of each scenario when it is done, one at a time. */
  @FunctionalInterface
  public interface Report {
    void of(CrashTally tally) throws IOException;
  }

  /** The names of all scenarios. */
  public static List<String> scenarioNames() {
    return Scenarios.all(true).stream().map(Scenario::name).distinct().toList();
  }

  /** Sweeps. */
  public List<CrashTally> run(List<Combination> combinations, Selection selection, Report report)
      throws IOException {
    Path folder =
        Files.isWritable(MEMORY)
            ? Files.createTempDirectory(MEMORY, "ringside-crash")
            : Files.createTempDirectory("ringside-crash");
    List<CrashTally> tallies = new ArrayList<>();
    List<Judge> judges = new ArrayList<>();
    try (ExecutorService workers =
        Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors())) {
      List<Future<CrashTally>> running = new ArrayList<>();
      for (Combination combination : combinations) {
        DiskImage blank = blank(combination, folder);
        Judge judge = new Judge(combination, folder);
        judges.add(judge);
        for (Scenario scenario : Scenarios.all(hasExtents(combination))) {
          if (selection.scenarios().isEmpty() || selection.scenarios().contains(scenario.name())) {
            for (Ending ending : scenario.endings()) {
              running.add(
                  workers.submit(
                      () -> sweep(combination, blank, judge, scenario, ending, selection)));
            }
          }
        }
      }
      for (Future<CrashTally> future : running) {
        CrashTally tally = future.get();
        tallies.add(tally);
        report.of(tally);
      }
    } catch (ExecutionException failed) {
      throw new IOException("the sweep itself failed: " + failed.getCause(), failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", interrupted);
    } finally {
      for (Judge judge : judges) {
        judge.close();
      }
      Files.deleteIfExists(folder.resolve("blank.img"));
      Files.deleteIfExists(folder);
    }
    return tallies;
  }

  private static boolean hasExtents(Combination combination) {
    return switch (combination) {
      case EXT2, EXT3, NO_EXTENTS, NO_EXTENTS_1K, EXT3_JOURNAL_1K, SMALL_EXT2 -> false;
      default -> true;
    };
  }

  private static DiskImage blank(Combination combination, Path folder) throws IOException {
    Path file = folder.resolve("blank.img");
    combination.make(
        file, combination.blockSize() == SMALL_BLOCK ? SMALL_BLOCKS_MIB : LARGE_BLOCKS_MIB);
    return DiskImage.read(file);
  }

  private CrashTally sweep(
      Combination combination,
      DiskImage blank,
      Judge judge,
      Scenario scenario,
      Ending ending,
      Selection selection) {
    CrashTally tally =
        new CrashTally(combination.commandName(), scenario.name(), ending.commandName());
    try {
      Recording recording = Recording.of(scenario, ending, combination, blank);
      new ScenarioSweep(tally, scenario, recording, judge, settings).run(selection::includes);
    } catch (IOException | RuntimeException failure) {
      tally.bad("the scenario itself", failure.toString());
    }
    return tally;
  }
}
