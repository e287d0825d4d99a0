package dev.ringside.fault;

import dev.ringside.machine.Clock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;

/**
 * One rule while a machine runs. Any task asks; what one rule counts and draws is under its lock,
 * so that no occasion is counted twice or lost.
 */
final class FaultDecider {
  private final int number;
  private final FaultRule rule;
  private final RandomGenerator random;
  private final Clock clock;
  private final long start;
  private final ReentrantLock lock = new ReentrantLock();
  private long matched;
  private long fired;

  /** A rule that has not fired, in force from now on. */
  FaultDecider(int number, FaultRule rule, RandomGenerator random, Clock clock) {
    this.number = number;
    this.rule = rule;
    this.random = random;
    this.clock = clock;
    this.start = clock.nanoTime();
  }

  int number() {
    return number;
  }

  FaultRule rule() {
    return rule;
  }

  /**
   * Counts an occasion, and decides.
   *
   * @return how often the rule has fired, this time included; 0 when it does not fire
   */
  long decide(Occasion occasion) {
    if (!selects(occasion)) {
      return 0;
    }
    lock.lock();
    try {
      matched++;
      // Before repetition is looked at: how many numbers are drawn depends on the occasions only.
      boolean due = isDue();
      boolean fires =
          switch (rule.repetition()) {
            case REPEATED -> due;
            case ONCE -> due && fired == 0;
            case STICKY -> due || fired > 0;
          };
      if (!fires) {
        return 0;
      }
      fired++;
      return fired;
    } finally {
      lock.unlock();
    }
  }

  private boolean selects(Occasion occasion) {
    FaultSelector selector = rule.selector();
    return selector.operations().contains(occasion.operation())
        && (selector.sectors().isEmpty()
            || (occasion.sectors() != null
                && selector.sectors().get().overlaps(occasion.sectors())))
        && (selector.queue().isEmpty() || selector.queue().getAsInt() == occasion.queue())
        && (selector.tag().isEmpty() || selector.tag().getAsInt() == occasion.tag())
        && clock.nanoTime() - start >= selector.afterNs();
  }

  private boolean isDue() {
    return switch (rule.selector().occurrence()) {
      case Occurrence.Always() -> true;
      case Occurrence.Nth(long one) -> matched == one;
      case Occurrence.Every(long count) -> matched % count == 0;
      case Occurrence.Chance(double probability) -> random.nextDouble() < probability;
    };
  }

  /** A number for what an effect leaves to chance. */
  long draw() {
    lock.lock();
    try {
      return random.nextLong();
    } finally {
      lock.unlock();
    }
  }

  FaultCount count() {
    lock.lock();
    try {
      return new FaultCount(number, rule, matched, fired);
    } finally {
      lock.unlock();
    }
  }
}
