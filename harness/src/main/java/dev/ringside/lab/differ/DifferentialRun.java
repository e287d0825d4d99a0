package dev.ringside.lab.differ;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * A sequence of operations on two filesystems that the same command of mke2fs made. Needs the
 * superuser, for the kernel's mount.
 */
public final class DifferentialRun {
  private static final Path MEMORY = Path.of("/dev/shm");
  private static final long POLL_MS = 200;
  private static final long STUCK_MS = 60_000;

  private final Combination combination;
  private final Sides sides;

  /** What is done now; the sequence hangs when it stays the same for long. */
  private volatile String current = "";

  /** A run on filesystems of that kind. */
  public DifferentialRun(Combination combination, Sides sides) {
    this.combination = combination;
    this.sides = sides;
  }

  /** The whole sequence of a seed. */
  public static List<Step> sequence(Combination combination, long seed, int operations) {
    return Operations.draw(seed, operations, combination.blockSize(), combination.isSmall());
  }

  /**
   * Does a sequence, in a thread of its own: what system calls change about their thread ends with
   * it.
   *
   * @param checkAtTheEnd whether the trees are compared, and e2fsck is asked
   */
  public RunResult run(List<Step> steps, boolean checkAtTheEnd) throws IOException {
    Path folder =
        Files.isWritable(MEMORY)
            ? Files.createTempDirectory(MEMORY, "ringside-differ")
            : Files.createTempDirectory("ringside-differ");
    SortedMap<String, Integer> outcomes = new TreeMap<>();
    Images images = new Images(folder.resolve("first.img"), folder.resolve("kernel.img"));
    current = "make the images";
    FutureTask<List<Difference>> course =
        new FutureTask<>(() -> new Course(images, outcomes).run(steps, checkAtTheEnd));
    Thread thread =
        Thread.ofPlatform().daemon().name("differ " + combination.commandName()).start(course);
    Optional<Difference> stuck = await(thread);
    if (stuck.isPresent()) {
      return new RunResult(count(outcomes), outcomes, List.of(stuck.get()));
    }
    List<Difference> differences;
    try {
      differences = course.get();
    } catch (ExecutionException failed) {
      throw new IOException(
          "%s: the run itself failed at '%s': %s"
              .formatted(combination.commandName(), current, failed.getCause()),
          failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", interrupted);
    }
    Files.deleteIfExists(images.first());
    Files.deleteIfExists(images.kernel());
    Files.delete(folder);
    return new RunResult(count(outcomes), outcomes, differences);
  }

  private static int count(SortedMap<String, Integer> outcomes) {
    return outcomes.values().stream().mapToInt(Integer::intValue).sum();
  }

  private Optional<Difference> await(Thread thread) throws IOException {
    String before = "";
    long since = System.currentTimeMillis();
    try {
      while (!thread.join(Duration.ofMillis(POLL_MS))) {
        String now = current;
        if (!now.equals(before)) {
          before = now;
          since = System.currentTimeMillis();
        } else if (System.currentTimeMillis() - since > STUCK_MS) {
          StringBuilder place = new StringBuilder("does not return:");
          for (StackTraceElement element : thread.getStackTrace()) {
            place.append("\n    at ").append(element);
          }
          return Optional.of(Difference.atTheEnd(now, place.toString(), "returns"));
        }
      }
      return Optional.empty();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", interrupted);
    }
  }

  private record Images(Path first, Path kernel) {}

  /** One way through a sequence. */
  private final class Course {
    private final Images images;
    private final SortedMap<String, Integer> outcomes;
    private final List<Difference> harmless = new ArrayList<>();

    Course(Images images, SortedMap<String, Integer> outcomes) {
      this.images = images;
      this.outcomes = outcomes;
    }

    List<Difference> run(List<Step> steps, boolean checkAtTheEnd) throws IOException {
      combination.make(images.first());
      combination.make(images.kernel());
      Optional<Difference> difference = compare(steps, checkAtTheEnd);
      if (difference.isEmpty() && checkAtTheEnd) {
        current = "compare the images";
        difference =
            new ImageComparison(combination, sides).compare(images.first(), images.kernel());
      }
      difference.ifPresent(harmless::add);
      return harmless;
    }

    private Optional<Difference> compare(List<Step> steps, boolean checkAtTheEnd)
        throws IOException {
      Side kernel = new KernelSide("kernel", images.kernel(), combination.mountOptions());
      try {
        return compareWith(kernel, steps, checkAtTheEnd);
      } finally {
        kernel.close();
      }
    }

    private Optional<Difference> compareWith(Side kernel, List<Step> steps, boolean checkAtTheEnd)
        throws IOException {
      current = "mount";
      Side first;
      try {
        first = sides.first(images.first(), combination.mountOptions());
      } catch (IOException | RuntimeException refused) {
        return Optional.of(Difference.atTheEnd("mount", Failures.describe(refused), "done"));
      }
      Interpreter ours = new Interpreter(first);
      Interpreter theirs = new Interpreter(kernel);
      Optional<Difference> difference;
      try {
        difference = walk(steps, ours, theirs);
        ours.closeAll();
        theirs.closeAll();
        if (difference.isEmpty() && checkAtTheEnd) {
          current = "list the trees";
          // Before that, Linux does not find data that is dirty behind a large hole of a block map.
          first.calls().sync();
          kernel.calls().sync();
          difference =
              TreeDifference.between(
                  "the trees, still mounted",
                  () -> TreeListing.of(first.calls(), true, false),
                  () -> TreeListing.of(kernel.calls(), true, false));
        }
      } finally {
        // What a mount that is already known to be wrong says at its end adds nothing.
        theirs.closeAll();
      }
      current = "unmount";
      try {
        first.close();
      } catch (IOException | RuntimeException refused) {
        return difference.or(
            () -> Optional.of(Difference.atTheEnd("unmount", Failures.describe(refused), "done")));
      }
      return difference;
    }

    private Optional<Difference> walk(List<Step> steps, Interpreter ours, Interpreter theirs)
        throws IOException {
      for (Step step : steps) {
        current = step.toString();
        String expected = theirs.run(step);
        String got;
        try {
          got = ours.run(step);
        } catch (IOException | RuntimeException | AssertionError inside) {
          got = Failures.describe(inside);
        }
        outcomes.merge(kind(expected), 1, Integer::sum);
        if (!got.equals(expected)) {
          String detail = Interpreter.isFailure(got) ? ours.detail() : "";
          Difference difference =
              new Difference(step.toString(), step.number(), got + detail, expected);
          if (!Interpreter.isFailure(got) || !Interpreter.isFailure(expected)) {
            return Optional.of(difference);
          }
          if (harmless.stream().noneMatch(difference::isLike)) {
            harmless.add(difference);
          }
        }
      }
      return Optional.empty();
    }

    private static String kind(String outcome) {
      return Interpreter.isFailure(outcome) ? outcome : "done";
    }
  }
}
