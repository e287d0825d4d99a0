package dev.ringside.lab.bench.kevlar;

import java.util.Locale;

/** In which time round trips are made. */
public enum BatchTime {
  /** Virtual: nothing but the round trip takes time, so the numbers are the same everywhere. */
  SIMULATED,
  /** This machine's, with all that the filesystem and the emulation do beside. */
  REAL;

  /** As the command line says it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
