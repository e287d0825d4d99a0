package dev.ringside.lab.bench.files;

import java.util.LinkedHashMap;
import java.util.Map;

/** What the runs of a program came to, figure by figure, in the order in which they first came. */
public final class Figures {
  private final Map<String, Figure> figures = new LinkedHashMap<>();

  /**
   * One figure.
   *
   * @param samples one of each run
   */
  public record Figure(String name, Unit unit, Samples samples) {}

  /** Adds what one run measured. */
  public void add(String name, Unit unit, double value) {
    figures.computeIfAbsent(name, _ -> new Figure(name, unit, new Samples())).samples().add(value);
  }

  /** Adds a transfer as bytes a second. */
  public void addRate(String name, long bytes, long nanoseconds) {
    add(name, Unit.BYTES_PER_SECOND, bytes * 1e9 / nanoseconds);
  }

  /** Adds what each of so many operations took. */
  public void addEach(String name, int operations, long nanoseconds) {
    add(name, Unit.NANOSECONDS, (double) nanoseconds / operations);
  }

  /** All names. */
  public Iterable<Figure> all() {
    return figures.values();
  }

  /** The samples of a name; none when it was not measured. */
  public Samples samples(String name) {
    Figure figure = figures.get(name);
    return figure == null ? Samples.NONE : figure.samples();
  }
}
