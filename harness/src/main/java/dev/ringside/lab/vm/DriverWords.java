package dev.ringside.lab.vm;

import dev.ringside.driver.BatchPolicy;
import dev.ringside.driver.CompletionPolicy;

/**
 * How a driver uses its device, in words: what command lines and experiments say. A text that is
 * none of them ends in an {@link IllegalArgumentException}, whose message lists what there is.
 */
public final class DriverWords {
  /** What {@link #batching} reads. */
  public static final String BATCHING = "each, every:N or last";

  /** What {@link #completion} reads. */
  public static final String COMPLETIONS = "interrupt or spin";

  private DriverWords() {}

  /** When the driver notifies the device. */
  public static BatchPolicy batching(String text) {
    if (text.equals("each")) {
      return BatchPolicy.everyRequest();
    }
    if (text.equals("last")) {
      return BatchPolicy.onLast();
    }
    if (text.matches("every:\\d{1,6}")) {
      return BatchPolicy.every(Integer.parseInt(text.substring("every:".length())));
    }
    throw new IllegalArgumentException("'%s' is not %s".formatted(text, BATCHING));
  }

  /** How the driver learns of completions. */
  public static CompletionPolicy completion(String text) {
    return switch (text) {
      case "interrupt" -> CompletionPolicy.INTERRUPT;
      case "spin" -> CompletionPolicy.SPIN;
      default -> throw new IllegalArgumentException("'%s' is not %s".formatted(text, COMPLETIONS));
    };
  }
}
