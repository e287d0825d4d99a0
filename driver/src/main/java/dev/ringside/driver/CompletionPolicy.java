package dev.ringside.driver;

/** How the driver learns of completions. */
public enum CompletionPolicy {
  /** It looks at the used ring until something is there, and asks for no interrupt. */
  SPIN,
  /** It asks for an interrupt, and sleeps until it comes. */
  INTERRUPT
}
