package dev.ringside.lab.cli;

import dev.ringside.lab.differ.Combination;
import dev.ringside.lab.differ.Difference;
import dev.ringside.lab.differ.DifferentialRun;
import dev.ringside.lab.differ.RunResult;
import dev.ringside.lab.differ.Shrinker;
import dev.ringside.lab.differ.Sides;
import dev.ringside.lab.differ.Step;
import dev.ringside.lab.kernel.LoopMount;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code ringside differ}: the same operations on Ringside's ext4 and on the kernel's. */
@Command(
    name = "differ",
    description =
        "Do random operations on Ringside's ext4 and on the kernel's, and compare results, errnos"
            + " and trees. Needs the superuser.",
    mixinStandardHelpOptions = true)
final class DifferCommand implements Callable<Integer> {
  private static final String ALL = "all";
  private static final int SELF_CHECK_OPERATIONS = 3000;

  @Option(
      names = "--combinations",
      paramLabel = "NAMES",
      split = ",",
      defaultValue = ALL,
      description = "Kinds of filesystems, with commas between them, or all (default: all).")
  private List<String> combinations = List.of();

  @Option(
      names = "--operations",
      paramLabel = "N",
      defaultValue = "10000",
      description = "How many for each (default: ${DEFAULT-VALUE}).")
  private int operations;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Where the operations come from (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--keep",
      paramLabel = "NUMBERS",
      split = ",",
      description = "Do only these operations of the sequence: numbers and ranges, as 5,9-12.")
  private @Nullable List<String> keep;

  @Option(
      names = "--shrink",
      paramLabel = "SECONDS",
      defaultValue = "30",
      description = "How long to look for a shorter sequence (default: ${DEFAULT-VALUE}).")
  private int shrinkSeconds;

  @Option(
      names = "--self-check",
      description =
          "Compare the kernel with itself: no difference; then with one byte of one write changed:"
              + " a difference.")
  private boolean selfCheck;

  @Option(names = "--list", description = "List the kinds of filesystems.")
  private boolean list;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    if (list) {
      Arrays.stream(Combination.values()).map(Combination::commandName).forEach(out::println);
      return 0;
    }
    String obstacle = LoopMount.obstacle();
    if (!obstacle.isEmpty()) {
      throw new IOException(obstacle);
    }
    boolean sound = true;
    for (Combination combination : chosen()) {
      sound &= selfCheck ? checkSelf(combination, out) : compare(combination, out);
    }
    return sound ? 0 : OneLineErrors.RUN_FAILED;
  }

  private List<Combination> chosen() {
    if (combinations.equals(List.of(ALL))) {
      return List.of(Combination.values());
    }
    try {
      return combinations.stream().map(Combination::named).toList();
    } catch (IllegalArgumentException unknown) {
      throw new ParameterException(spec.commandLine(), String.valueOf(unknown.getMessage()));
    }
  }

  private boolean compare(Combination combination, PrintWriter out) throws IOException {
    List<Step> steps = kept(DifferentialRun.sequence(combination, seed, operations));
    DifferentialRun run = new DifferentialRun(combination, Sides.RINGSIDE_AND_KERNEL);
    RunResult result = run.run(steps, true);
    printLine(combination, result, out);
    for (Difference difference : result.differences()) {
      print(difference, out);
      out.println("  again: " + command(combination, keep));
      out.flush();
      shrink(run, combination, steps, difference, out);
    }
    return result.differences().isEmpty();
  }

  private void shrink(
      DifferentialRun run,
      Combination combination,
      List<Step> steps,
      Difference difference,
      PrintWriter out)
      throws IOException {
    if (shrinkSeconds == 0) {
      return;
    }
    Shrinker.Shrunken shrunken =
        new Shrinker(run, Duration.ofSeconds(shrinkSeconds)).shrink(steps, difference);
    out.printf("  %d operations are enough:%n", shrunken.steps().size());
    shrunken.steps().forEach(step -> out.println("    " + step));
    print(shrunken.difference(), out);
    out.println("  again: " + command(combination, ranges(shrunken.steps())));
    out.flush();
  }

  private static void printLine(Combination combination, RunResult result, PrintWriter out) {
    out.printf(
        "%-16s %6d operations  %s  %s%n",
        combination.commandName(),
        result.operations(),
        result.differences().size() + " differences",
        result.outcomes());
    out.flush();
  }

  private static void print(Difference difference, PrintWriter out) {
    out.println("  at " + difference.where());
    out.println("  first side: " + difference.ours());
    out.println("  kernel:     " + difference.theirs());
  }

  private String command(Combination combination, @Nullable List<String> numbers) {
    return String.format(
        Locale.ROOT,
        "harness/differ --combinations %s --operations %d --seed %d%s",
        combination.commandName(),
        operations,
        seed,
        numbers == null ? "" : " --keep " + String.join(",", numbers));
  }

  private List<Step> kept(List<Step> steps) {
    if (keep == null) {
      return steps;
    }
    List<Step> some = new ArrayList<>();
    for (String range : keep) {
      String[] ends = range.split("-", 2);
      int first = Integer.parseInt(ends[0]);
      int last = Integer.parseInt(ends[ends.length - 1]);
      some.addAll(steps.subList(first, last + 1));
    }
    return some;
  }

  private static List<String> ranges(List<Step> steps) {
    List<String> ranges = new ArrayList<>();
    for (int i = 0; i < steps.size(); ) {
      int first = steps.get(i).number();
      int last = first;
      for (i++; i < steps.size() && steps.get(i).number() == last + 1; i++) {
        last++;
      }
      ranges.add(first == last ? Integer.toString(first) : first + "-" + last);
    }
    return ranges;
  }

  private boolean checkSelf(Combination combination, PrintWriter out) throws IOException {
    List<Step> steps =
        DifferentialRun.sequence(combination, seed, Math.min(operations, SELF_CHECK_OPERATIONS));
    RunResult same = new DifferentialRun(combination, Sides.KERNEL_TWICE).run(steps, true);
    RunResult wrong =
        new DifferentialRun(combination, Sides.KERNEL_AND_WRONG_KERNEL).run(steps, true);
    boolean sound = same.differences().isEmpty() && !wrong.differences().isEmpty();
    out.printf(
        "%-16s %6d operations  kernel twice: %s; one wrong byte: %s%n",
        combination.commandName(),
        same.operations(),
        same.differences().isEmpty() ? "no difference" : "A DIFFERENCE",
        wrong.differences().isEmpty() ? "NOT FOUND" : "found");
    same.differences().forEach(difference -> print(difference, out));
    out.flush();
    return sound;
  }
}
