package dev.ringside.lab.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.ringside.lab.crash.CrashSettings;
import dev.ringside.lab.crash.CrashSweep;
import dev.ringside.lab.crash.CrashTally;
import dev.ringside.lab.differ.Combination;
import dev.ringside.lab.kernel.LoopMount;
import dev.ringside.lab.kernel.Program;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code ringside crash}: every operation, crashed at every write, recovered and judged. */
@Command(
    name = "crash",
    description =
        "Crash every operation of ext4 at every write, in every way that a disk's cache allows;"
            + " recover, and see that e2fsck finds nothing and the operation is there or not.",
    mixinStandardHelpOptions = true)
final class CrashCommand implements Callable<Integer> {
  private static final int SHOWN = 3;

  @Option(
      names = "--combinations",
      paramLabel = "NAMES",
      split = ",",
      defaultValue = "ext4,upstream,blocks-1k,ext3,data-journal,data-writeback,inodes-128",
      description = "Kinds of filesystems, with commas between them (default: ${DEFAULT-VALUE}).")
  private List<String> combinations = List.of();

  @Option(
      names = "--scenarios",
      paramLabel = "NAMES",
      split = ",",
      description = "Only these; --list names them.")
  private List<String> scenarios = List.of();

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Where drawn states come from (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--drawn",
      paramLabel = "N",
      defaultValue = "2",
      description =
          "States for every write besides the fixed ones: random sets of writes and sectors"
              + " (default: ${DEFAULT-VALUE}).")
  private int drawn;

  @Option(
      names = "--every",
      paramLabel = "N",
      defaultValue = "1",
      description = "Judge only every Nth state (default: ${DEFAULT-VALUE}).")
  private int every;

  @Option(
      names = "--peers-every",
      paramLabel = "N",
      defaultValue = "8",
      description =
          "How often e2fsck recovers a copy, and ten times less often the kernel, as the superuser"
              + " (default: every ${DEFAULT-VALUE}th; 0 for never).")
  private int peersEvery;

  @Option(
      names = "--recoveries",
      paramLabel = "N",
      defaultValue = "2",
      description =
          "How many states of each scenario have their recovery crashed, too (default:"
              + " ${DEFAULT-VALUE}).")
  private int recoveries;

  @Option(
      names = "--state",
      paramLabel = "CUT.CHOICE",
      description = "Only this state, as a bad one is named.")
  private @Nullable String state;

  @Option(
      names = "--self-check",
      description = "Let the disk ignore flushes: there must be bad states.")
  private boolean selfCheck;

  @Option(names = "--list", description = "List the scenarios.")
  private boolean list;

  @Mixin private final JsonLines json = new JsonLines();

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    if (list) {
      CrashSweep.scenarioNames().forEach(out::println);
      return 0;
    }
    if (!Program.MKE2FS.isPresent() || !Program.E2FSCK.isPresent()) {
      throw new IOException("mke2fs or e2fsck is missing: install the package e2fsprogs");
    }
    CrashSettings settings =
        new CrashSettings(
            seed, drawn, every, peersEvery, recoveries, selfCheck, LoopMount.obstacle().isEmpty());
    long begun = System.nanoTime();
    PrintWriter table = json.takesStandardOutput() ? new PrintWriter(Writer.nullWriter()) : out;
    List<CrashTally> tallies = new ArrayList<>();
    json.write(
        out,
        sink ->
            new CrashSweep(settings)
                .run(
                    chosen(),
                    selection(),
                    tally -> {
                      tallies.add(tally);
                      print(tally, table);
                      sink.line(fields -> write(fields, tally));
                    }));
    printOperations(tallies, table);
    table.printf(
        Locale.ROOT,
        "%d runs, %,d s%n",
        tallies.size(),
        Duration.ofNanos(System.nanoTime() - begun).toSeconds());
    table.flush();
    boolean bad = tallies.stream().anyMatch(tally -> !tally.bad().isEmpty());
    return bad != selfCheck ? OneLineErrors.RUN_FAILED : 0;
  }

  /** A row for each operation, over all filesystems and endings, and one for all of them. */
  private static void printOperations(List<CrashTally> tallies, PrintWriter table) {
    table.printf(
        "%-24s %10s %10s %14s %10s %5s%n",
        "operation", "states", "distinct", "of recoveries", "by others", "bad");
    Map<String, List<CrashTally>> operations = new LinkedHashMap<>();
    for (CrashTally tally : tallies) {
      operations.computeIfAbsent(tally.scenario(), _ -> new ArrayList<>()).add(tally);
    }
    operations.forEach((operation, its) -> printOperation(operation, its, table));
    printOperation("all", tallies, table);
  }

  private static void printOperation(String name, List<CrashTally> tallies, PrintWriter table) {
    table.printf(
        Locale.ROOT,
        "%-24s %,10d %,10d %,14d %,10d %5d%n",
        name,
        tallies.stream().mapToInt(CrashTally::states).sum(),
        tallies.stream().mapToInt(CrashTally::distinct).sum(),
        tallies.stream().mapToInt(CrashTally::recoveryStates).sum(),
        tallies.stream().mapToInt(CrashTally::peers).sum(),
        tallies.stream().mapToInt(tally -> tally.bad().size()).sum());
  }

  private void write(JsonGenerator fields, CrashTally tally) throws IOException {
    fields.writeStringField("combination", tally.combination());
    fields.writeStringField("scenario", tally.scenario());
    fields.writeStringField("ending", tally.ending());
    fields.writeNumberField("seed", seed);
    fields.writeNumberField("states", tally.states());
    fields.writeNumberField("distinct_states", tally.distinct());
    fields.writeNumberField("recovery_states", tally.recoveryStates());
    fields.writeNumberField("peer_recoveries", tally.peers());
    fields.writeArrayFieldStart("bad");
    for (CrashTally.Bad bad : tally.bad()) {
      fields.writeStartObject();
      fields.writeStringField("state", bad.state());
      fields.writeStringField("what", bad.what());
      fields.writeEndObject();
    }
    fields.writeEndArray();
  }

  private List<Combination> chosen() {
    try {
      return combinations.equals(List.of("all"))
          ? Arrays.stream(Combination.values()).filter(Combination::hasJournal).toList()
          : combinations.stream().map(Combination::named).toList();
    } catch (IllegalArgumentException unknown) {
      throw new ParameterException(spec.commandLine(), String.valueOf(unknown.getMessage()));
    }
  }

  private CrashSweep.Selection selection() {
    for (String name : scenarios) {
      if (!CrashSweep.scenarioNames().contains(name)) {
        throw new ParameterException(
            spec.commandLine(), "no scenario %s; --list names them".formatted(name));
      }
    }
    if (state == null) {
      return new CrashSweep.Selection(scenarios, -1, -1);
    }
    String[] numbers = state.split("\\.", -1);
    try {
      return new CrashSweep.Selection(
          scenarios, Integer.parseInt(numbers[0]), Integer.parseInt(numbers[1]));
    } catch (NumberFormatException | ArrayIndexOutOfBoundsException malformed) {
      throw new ParameterException(spec.commandLine(), "--state is CUT.CHOICE, not " + state);
    }
  }

  private void print(CrashTally tally, PrintWriter out) {
    out.printf(
        "%-48s %5d states  %5d distinct  %5d of recoveries  %3d bad%n",
        tally.name(), tally.states(), tally.distinct(), tally.recoveryStates(), tally.bad().size());
    String[] words = tally.name().split("/", -1);
    for (CrashTally.Bad bad : tally.bad().subList(0, Math.min(SHOWN, tally.bad().size()))) {
      out.println("  state " + bad.state() + ": " + bad.what());
      if (Character.isDigit(bad.state().charAt(0))) {
        out.printf(
            "    again: harness/ringside crash --combinations %s --scenarios %s --seed %d --state"
                + " %s%n",
            words[0], words[1], seed, bad.state().split(",", 2)[0]);
      }
    }
    out.flush();
  }
}
