package dev.ringside.lab.report;

import dev.ringside.lab.report.plot.Markup;
import dev.ringside.lab.report.plot.Unit;
import dev.ringside.lab.study.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What was recorded elsewhere, beside what was measured under the same conditions. */
final class ReferenceTable {
  private ReferenceTable() {}

  /** A table for each recording, with its source. */
  static String of(List<Reference> references, List<PointGroup> groups) {
    StringBuilder out = new StringBuilder();
    for (Reference reference : references) {
      String title = "%s: %s".formatted(reference.name(), MetricWords.title(reference.metric()));
      out.append("<h3>").append(Markup.escape(title)).append("</h3>\n<p class=\"small\">");
      out.append(Markup.escape(reference.source())).append("</p>\n<div class=\"scroll\">");
      out.append(table(title, reference, groups)).append("</div>\n");
    }
    return out.toString();
  }

  private static String table(String title, Reference reference, List<PointGroup> groups) {
    Unit unit = MetricWords.unit(reference.metric());
    HtmlTable table = new HtmlTable("", title);
    table.column(reference.parameter(), false).column("point", false);
    table.column("recorded", true).column("measured", true).column("measured / recorded", true);
    table.body();
    for (Map.Entry<String, Double> one : reference.values().entrySet()) {
      List<PointGroup> same =
          groups.stream()
              .filter(group -> group.value(reference.parameter()).equals(one.getKey()))
              .filter(group -> reference.isComparableWith(group.runs().getFirst().point()))
              .toList();
      double recorded = one.getValue();
      if (same.isEmpty()) {
        table.row("", List.of(one.getKey(), "not run", unit.format(recorded), "–", "–"));
      }
      for (PointGroup group : same) {
        double measured = group.mean(reference.metric());
        List<String> cells = new ArrayList<>();
        cells.add(one.getKey());
        cells.add(group.title());
        cells.add(unit.format(recorded));
        cells.add(unit.format(measured));
        cells.add(Unit.NUMBER.format(measured / recorded));
        table.row("", cells);
      }
    }
    return table.close();
  }
}
