package dev.ringside.lab.differ;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Leaves operations out of a sequence for as long as the two sides still differ. */
public final class Shrinker {
  private final DifferentialRun run;
  private final long deadline;

  /** Tries for at most that long. */
  public Shrinker(DifferentialRun run, Duration time) {
    this.run = run;
    this.deadline = System.nanoTime() + time.toNanos();
  }

  /**
   * A shorter sequence, with the difference that it shows.
   *
   * @param steps ends with the one that showed the difference
   */
  public record Shrunken(List<Step> steps, Difference difference) {}

  /** Shrinks a sequence that shows a difference. */
  public Shrunken shrink(List<Step> steps, Difference difference) throws IOException {
    Shrunken best = new Shrunken(upTo(steps, difference), difference);
    for (int chunk = best.steps().size() / 2; chunk > 0 && isTimeLeft(); chunk /= 2) {
      for (int end = best.steps().size(); end > 0 && isTimeLeft(); end -= chunk) {
        List<Step> fewer = new ArrayList<>(best.steps());
        end = Math.min(end, fewer.size());
        fewer.subList(Math.max(0, end - chunk), end).clear();
        Optional<Difference> still =
            run.run(fewer, difference.isAtTheEnd()).differences().stream()
                .filter(difference::isLike)
                .findFirst();
        if (still.isPresent()) {
          best = new Shrunken(upTo(fewer, still.get()), still.get());
        }
      }
    }
    return best;
  }

  private boolean isTimeLeft() {
    return System.nanoTime() < deadline;
  }

  private static List<Step> upTo(List<Step> steps, Difference difference) {
    return difference.isAtTheEnd()
        ? steps
        : steps.stream().filter(step -> step.number() <= difference.step()).toList();
  }
}
