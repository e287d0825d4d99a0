package dev.ringside.lab.report;

import dev.ringside.lab.report.plot.Plot;
import java.util.List;

/**
 * A numbered part of a report: pictures or a table, with words.
 *
 * @param title above it
 * @param plots below one another; none when there is a table
 * @param table HTML; empty when there are pictures
 * @param note what to look for; may be empty
 * @param omission what is not drawn, a sentence; may be empty
 */
record Figure(String title, List<Plot> plots, String table, String note, String omission) {
  Figure {
    plots = List.copyOf(plots);
  }
}
