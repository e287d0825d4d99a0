package dev.ringside.fault;

import java.util.EnumSet;
import java.util.Set;

/**
 * One line of a {@link FaultPlan}: when what goes wrong, and how often. {@code toString} is that
 * line.
 *
 * @param selector on which occasions; each of its operations is one that the effect can happen to
 * @param effect what goes wrong
 * @param repetition what the rule does once it has fired
 */
public record FaultRule(FaultSelector selector, FaultEffect effect, Repetition repetition) {
  private static final Set<FaultOperation> WITHOUT_SECTORS =
      EnumSet.of(
          FaultOperation.FLUSH,
          FaultOperation.OTHER,
          FaultOperation.KICK,
          FaultOperation.INTERRUPT);

  public FaultRule {
    for (FaultOperation operation : selector.operations()) {
      if (!effect.operations().contains(operation)) {
        throw new IllegalArgumentException(
            "%s cannot happen to %s".formatted(effect, operation.word()));
      }
    }
    if (selector.sectors().isPresent() && WITHOUT_SECTORS.containsAll(selector.operations())) {
      throw new IllegalArgumentException("%s touches no sectors".formatted(selector));
    }
    // A ring names no sectors beyond those of a header.
    if (selector.sectors().isPresent()
        && !(effect instanceof StorageEffect)
        && !selector.operations().contains(FaultOperation.READ)
        && !selector.operations().contains(FaultOperation.WRITE)) {
      throw new IllegalArgumentException(
          "%s: only a read and a write have sectors there".formatted(effect));
    }
    if (selector.tag().isPresent()
        && (effect instanceof KickEffect || effect instanceof InterruptEffect)) {
      throw new IllegalArgumentException("%s: a notification has no tag".formatted(effect));
    }
  }

  /** A rule that fires whenever its selector says so. */
  public FaultRule(FaultSelector selector, FaultEffect effect) {
    this(selector, effect, Repetition.REPEATED);
  }

  @Override
  public String toString() {
    String line = selector + ": " + effect;
    return repetition == Repetition.REPEATED ? line : line + " " + repetition.word();
  }
}
