package dev.ringside.lab.report;

import java.util.List;

/**
 * A numbered part of a report: pictures or a table, with words.
 *
 * @param title above it
 * @param panels pictures below one another; none when there is a table
 * @param table HTML; empty when there are pictures
 * @param note what to look for; may be empty
 * @param omission what is not drawn, a sentence; may be empty
 */
record Figure(String title, List<Panel> panels, String table, String note, String omission) {
  Figure {
    panels = List.copyOf(panels);
  }
}
