package dev.ringside.driver;

/** How the driver learns of completions. */
public enum CompletionPolicy {
  /** It looks at the used ring until something is there, and asks for no interrupt. */
  SPIN,
  /** It asks for an interrupt, and sleeps until it comes. */
  INTERRUPT,
  /**
   * As {@link #INTERRUPT}, but it sleeps without another look: what was used just before it asked
   * is not seen (virtio 1.4, section 2.7.13.4.1). A mistake, for lessons.
   */
  CARELESS
}
