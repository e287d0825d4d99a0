package dev.ringside.lab.report;

import dev.ringside.lab.report.plot.Markup;
import java.util.ArrayList;
import java.util.List;

/** A table as HTML text, row by row; all text is escaped. */
final class HtmlTable {
  /** A text with more letters than this goes over several lines. */
  private static final int LONG_TEXT = 32;

  private final StringBuilder out = new StringBuilder();
  private final List<Boolean> numeric = new ArrayList<>();

  /**
   * Opens a table.
   *
   * @param styleClass how it looks
   * @param caption for those who do not see it
   */
  HtmlTable(String styleClass, String caption) {
    out.append("<table class=\"").append(styleClass).append("\"><caption>");
    Markup.escape(caption, out);
    out.append("</caption><thead><tr>");
  }

  /** Heads a column. */
  HtmlTable column(String head, boolean isNumeric) {
    out.append(isNumeric ? "<th scope=\"col\" class=\"n\">" : "<th scope=\"col\">");
    Markup.escape(head, out);
    out.append("</th>");
    numeric.add(isNumeric);
    return this;
  }

  /** Ends the head. */
  HtmlTable body() {
    out.append("</tr></thead><tbody>\n");
    return this;
  }

  /** A row with a text for every column. */
  HtmlTable row(String styleClass, List<String> cells) {
    out.append(styleClass.isEmpty() ? "<tr>" : "<tr class=\"" + styleClass + "\">");
    for (int i = 0; i < cells.size(); i++) {
      boolean isLong = cells.get(i).length() > LONG_TEXT;
      out.append(numeric.get(i) ? "<td class=\"n\">" : isLong ? "<td class=\"long\">" : "<td>");
      Markup.escape(cells.get(i), out);
      out.append("</td>");
    }
    out.append("</tr>\n");
    return this;
  }

  String close() {
    return out.append("</tbody></table>\n").toString();
  }
}
