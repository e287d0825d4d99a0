package dev.ringside.fault;

import java.io.IOException;

/** The text of a {@link FaultPlan} is wrong. The message is one line: where, and what. */
public final class FaultPlanException extends IOException {
  private static final long serialVersionUID = 1L;

  private final int line;
  private final int column;

  FaultPlanException(int line, int column, String problem) {
    super("line %d, column %d: %s".formatted(line, column, problem));
    this.line = line;
    this.column = column;
  }

  /** Counted from 1. */
  public int line() {
    return line;
  }

  /** Of the word that is wrong, or where one is missing; counted from 1. */
  public int column() {
    return column;
  }
}
