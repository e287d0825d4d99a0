package dev.ringside.lab.cli;

import dev.ringside.lab.study.BuiltInExperiments;
import dev.ringside.lab.study.Experiment;
import dev.ringside.lab.study.ExperimentException;
import dev.ringside.lab.study.Metric;
import dev.ringside.lab.study.Parameter;
import dev.ringside.lab.study.Parameters;
import java.io.PrintWriter;

/** What a study can vary, what it measures, and the experiments that there are. */
final class StudyList {
  private StudyList() {}

  static void print(PrintWriter out) {
    out.println("Parameters, their values when nothing is said, and what they are:");
    for (Parameter<?> parameter : Parameters.ALL) {
      out.printf(
          "  %-14s %-10s %s%n", parameter.name(), parameter.standard(), parameter.description());
    }
    out.println();
    out.println("Metrics:");
    for (Metric metric : Metric.values()) {
      out.printf("  %-34s %s%n", metric.label(), metric.description());
    }
    out.println();
    out.println("Experiments, with or without their number; 'exercises' is all of them:");
    try {
      for (Experiment experiment : BuiltInExperiments.all()) {
        out.printf("  %-22s %s%n", experiment.name(), experiment.title());
      }
    } catch (ExperimentException defect) {
      throw new IllegalStateException(defect);
    }
  }
}
