package dev.ringside.lab.report;

import dev.ringside.lab.report.plot.Markup;
import dev.ringside.lab.report.plot.Unit;
import dev.ringside.lab.study.Check;
import dev.ringside.lab.study.PointResult;
import dev.ringside.lab.study.StudyResult;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;

/** The laws that were checked, how many points obeyed, and every one that did not. */
final class LawTable {
  /** More broken points than this say nothing new. */
  private static final int MOST_BROKEN = 100;

  private static final double LEAST_PERCENT = 1e-5;

  private final List<Place> places = new ArrayList<>();

  LawTable(StudyResult result) {
    for (Check check : result.checks()) {
      places.add(new Place("all points", check));
    }
    for (PointResult point : result.points()) {
      String name = "#%d %s".formatted(point.point().number(), point.point().title());
      point.checks().forEach(check -> places.add(new Place(name, check)));
    }
  }

  /** How many checks there were. */
  int checks() {
    return places.size();
  }

  /** How many of them failed. */
  long broken() {
    return places.stream().filter(place -> !place.check.holds()).count();
  }

  String html() {
    if (places.isEmpty()) {
      return "<p>No law was checked.</p>\n";
    }
    String laws = "<div class=\"scroll\">" + laws() + "</div>\n";
    return broken() == 0 ? laws : laws + brokenOnes();
  }

  private String laws() {
    SequencedMap<String, List<Place>> byLaw = new LinkedHashMap<>();
    for (Place place : places) {
      byLaw.computeIfAbsent(place.check.law(), _ -> new ArrayList<>()).add(place);
    }
    HtmlTable table = new HtmlTable("laws", "Laws");
    table.column("", false).column("law", false).column("obeyed", true);
    table.column("largest difference", true).column("allowed", true).column("when it holds", false);
    table.body();
    byLaw.forEach(
        (law, ones) -> {
          long held = ones.stream().filter(place -> place.check.holds()).count();
          Place worst = worst(ones);
          table.row(
              held == ones.size() ? "held" : "broken",
              List.of(
                  held == ones.size() ? "✓" : "✗",
                  law,
                  "%d of %d".formatted(held, ones.size()),
                  difference(worst.check),
                  share(worst.check.tolerance()),
                  worst.check.remark()));
        });
    return table.close();
  }

  private static Place worst(List<Place> ones) {
    Place worst = ones.getFirst();
    for (Place one : ones) {
      if (relative(one.check) > relative(worst.check)) {
        worst = one;
      }
    }
    return worst;
  }

  /** The difference as a share of what was expected; infinite when nothing was. */
  private static double relative(Check check) {
    double difference = Math.abs(check.measured() - check.expected());
    return difference == 0 ? 0 : difference / Math.abs(check.expected());
  }

  private static String difference(Check check) {
    double relative = relative(check);
    return Double.isFinite(relative)
        ? share(relative)
        : Unit.NUMBER.format(check.measured() - check.expected());
  }

  private String brokenOnes() {
    List<Place> failed = places.stream().filter(place -> !place.check.holds()).toList();
    Selection<Place> chosen = Selection.first(failed, MOST_BROKEN);
    HtmlTable table = new HtmlTable("laws", "Broken laws");
    table.column("point", false).column("law", false).column("expected", true);
    table.column("measured", true).column("difference", true).column("remark", false);
    table.body();
    for (Place place : chosen.chosen()) {
      Check check = place.check;
      table.row(
          "broken",
          List.of(
              place.point,
              check.law(),
              number(check.expected()),
              number(check.measured()),
              difference(check),
              check.remark()));
    }
    StringBuilder out = new StringBuilder("<h3>Broken</h3>\n<div class=\"scroll tall\">");
    out.append(table.close()).append("</div>\n");
    String omission = chosen.omission("broken checks", "the first ones");
    if (!omission.isEmpty()) {
      out.append("<p class=\"small\">").append(Markup.escape(omission)).append("</p>\n");
    }
    return out.toString();
  }

  /** As percent, or as a power of ten where that would be mostly zeros. */
  private static String share(double share) {
    return share > 0 && share < LEAST_PERCENT ? powerOfTen(share) : Unit.SHARE.format(share);
  }

  private static String powerOfTen(double share) {
    DecimalFormat format =
        new DecimalFormat("0.#E0", DecimalFormatSymbols.getInstance(Locale.ROOT));
    return format.format(share).toLowerCase(Locale.ROOT);
  }

  private static String number(double value) {
    return Unit.NUMBER.format(value);
  }

  private record Place(String point, Check check) {}
}
