package dev.ringside.lab.study;

import java.util.List;
import java.util.SequencedMap;

/**
 * A question to the machine: what stays, what is varied, and what to draw of it.
 *
 * @param name short, of letters, digits and dashes; the name of its folder
 * @param title of the report
 * @param question what it answers, a paragraph of text
 * @param lookFor what to see in the pictures, a paragraph each
 * @param fixed settings that differ from the defaults, by the parameters' names
 * @param varied the parameters' names with all their values; a point for every combination
 * @param repetitions of every point, each with a seed of its own
 * @param seed where the points' seeds come from
 * @param plots in the report's order
 * @param recordings of other machines, to be seen beside the points
 */
public record Experiment(
    String name,
    String title,
    String question,
    List<String> lookFor,
    SequencedMap<String, String> fixed,
    SequencedMap<String, List<String>> varied,
    int repetitions,
    long seed,
    List<PlotSpec> plots,
    List<Recording> recordings) {
  public Experiment {
    lookFor = List.copyOf(lookFor);
    plots = List.copyOf(plots);
    recordings = List.copyOf(recordings);
  }

  /** One that stands beside no recording. */
  public Experiment(
      String name,
      String title,
      String question,
      List<String> lookFor,
      SequencedMap<String, String> fixed,
      SequencedMap<String, List<String>> varied,
      int repetitions,
      long seed,
      List<PlotSpec> plots) {
    this(name, title, question, lookFor, fixed, varied, repetitions, seed, plots, List.of());
  }
}
