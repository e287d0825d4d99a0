package dev.ringside.lab.vm;

import dev.ringside.fault.FaultPlan;
import dev.ringside.fault.FaultPlanException;

/** What goes wrong in a run, in one line of a command or an experiment. */
public final class FaultWords {
  private static final String NONE = "none";

  private FaultWords() {}

  /**
   * {@code none}, or the rules of a {@link FaultPlan} with semicolons between them.
   *
   * @throws IllegalArgumentException with a line for the user when it is neither
   */
  public static FaultPlan parse(String text) {
    if (text.equals(NONE)) {
      return FaultPlan.NONE;
    }
    try {
      return FaultPlan.parse(text.replace(';', '\n'));
    } catch (FaultPlanException noPlan) {
      throw new IllegalArgumentException(noPlan.getMessage(), noPlan);
    }
  }
}
