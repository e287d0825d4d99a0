package dev.ringside.lab.study;

import java.nio.file.Path;

/** Where requests come from. */
public sealed interface Arrival {
  /** A loop: a request arrives when one before it has ended. */
  record Closed() implements Arrival {}

  /**
   * By themselves, whatever became of those before, with exponential gaps between them.
   *
   * @param perSecond of each queue's task, above 0
   */
  record Poisson(double perSecond) implements Arrival {}

  /** The issued requests of a recorded trace. */
  record Trace(Path file) implements Arrival {}

  /** Those that ext4 makes when it reads every file of an image. */
  record Ext4Image(Path image) implements Arrival {}

  /** What the words stand for: {@code closed}, {@code poisson:RATE}, {@code trace:FILE}, ... */
  static Arrival of(String text) {
    int colon = text.indexOf(':');
    String kind = colon < 0 ? text : text.substring(0, colon);
    String rest = colon < 0 ? "" : text.substring(colon + 1);
    if (text.equals("closed")) {
      return new Closed();
    }
    if (kind.equals("poisson") && isRate(rest)) {
      return new Poisson(Double.parseDouble(rest));
    }
    if (kind.equals("trace") && !rest.isEmpty()) {
      return new Trace(InputFile.find(rest));
    }
    if (kind.equals("ext4") && !rest.isEmpty()) {
      return new Ext4Image(InputFile.find(rest));
    }
    throw new IllegalArgumentException(
        "'%s' is not closed, poisson:REQUESTS_PER_SECOND, trace:FILE or ext4:IMAGE"
            .formatted(text));
  }

  private static boolean isRate(String text) {
    return text.matches("\\d{1,12}(\\.\\d+)?") && Double.parseDouble(text) > 0;
  }
}
