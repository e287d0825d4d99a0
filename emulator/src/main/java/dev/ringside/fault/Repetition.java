package dev.ringside.fault;

import java.util.Locale;

/** What a rule does once it has fired. */
public enum Repetition {
  /** It fires again whenever its occurrence says so. */
  REPEATED,
  /** It does not fire again. */
  ONCE,
  /** It fires on everything that it selects from then on. */
  STICKY;

  /** The word that stands for it in a plan; that of {@link #REPEATED} is left out. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
