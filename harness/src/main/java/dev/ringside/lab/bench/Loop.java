package dev.ringside.lab.bench;

import java.util.Locale;

/** How a driver keeps its device busy. */
public enum Loop {
  /** It waits for all of a batch before it submits the next. */
  CLOSED,
  /** It keeps the ring full. */
  PIPELINED;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
