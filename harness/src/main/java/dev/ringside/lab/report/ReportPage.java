package dev.ringside.lab.report;

import dev.ringside.lab.report.plot.Layout;
import dev.ringside.lab.report.plot.Markup;
import dev.ringside.lab.study.Experiment;
import dev.ringside.lab.study.StudyResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The page of one study, from its question to the way to run it again. */
final class ReportPage {
  private static final int MOST_VALUES = 24;

  private final StudyResult result;
  private final ReportExtras extras;
  private final LawTable laws;
  private final StringBuilder out = new StringBuilder(1 << 16);
  private int figures;

  private ReportPage(StudyResult result, ReportExtras extras) {
    this.result = result;
    this.extras = extras;
    laws = new LawTable(result);
  }

  /** The page as HTML text. */
  static String of(StudyResult result, ReportExtras extras) {
    return new ReportPage(result, extras).page();
  }

  private String page() {
    Experiment experiment = result.experiment();
    out.append("<main>\n<header>\n<p class=\"kicker\">Ringside study · ");
    text(experiment.name()).append("</p>\n<h1>");
    text(experiment.title()).append("</h1>\n<p class=\"lead\">");
    text(experiment.question()).append("</p>\n");
    if (!extras.provenance().isEmpty()) {
      out.append("<p class=\"small\">");
      text(extras.provenance()).append("</p>\n");
    }
    summary();
    out.append("</header>\n");
    setting(experiment);
    paragraphs("What to look for", experiment.lookFor(), true);
    figures();
    if (!result.references().isEmpty()) {
      section("Beside the recording");
      out.append(ReferenceTable.of(result.references(), PointGroup.of(result.points())));
      end();
    }
    section("Laws");
    out.append(laws.html());
    end();
    points();
    paragraphs("Remarks", result.remarks(), false);
    again();
    out.append("</main>\n");
    return PageFrame.around(experiment.title() + " · Ringside", out.toString());
  }

  private StringBuilder text(String text) {
    Markup.escape(text, out);
    return out;
  }

  private void section(String title) {
    out.append("<section>\n<h2>");
    text(title).append("</h2>\n");
  }

  private void end() {
    out.append("</section>\n");
  }

  private void summary() {
    int points = result.points().size();
    int combinations = PointGroup.of(result.points()).size();
    out.append("<ul class=\"facts\">\n");
    fact(Integer.toString(points), points == 1 ? "run" : "runs");
    if (combinations != points) {
      fact(Integer.toString(combinations), "combinations");
    }
    fact(Long.toString(result.experiment().seed()), "seed");
    if (laws.checks() > 0) {
      long broken = laws.broken();
      out.append(broken == 0 ? "<li class=\"held\">" : "<li class=\"broken\">");
      out.append("<b>");
      out.append(broken == 0 ? Integer.toString(laws.checks()) : Long.toString(broken));
      out.append("</b> ");
      text(broken == 0 ? "checks, all hold" : "of %d checks broken".formatted(laws.checks()));
      out.append("</li>\n");
    }
    out.append("</ul>\n");
  }

  private void fact(String number, String of) {
    out.append("<li><b>");
    text(number).append("</b> ");
    text(of).append("</li>\n");
  }

  private void setting(Experiment experiment) {
    section("Setting");
    out.append("<dl class=\"setting\">\n");
    for (Map.Entry<String, List<String>> one : experiment.varied().entrySet()) {
      Selection<String> values = Selection.first(one.getValue(), MOST_VALUES);
      String more =
          values.chosen().size() < values.of() ? ", … %d in all".formatted(values.of()) : "";
      term(one.getKey(), "varied", String.join(", ", values.chosen()) + more);
    }
    if (experiment.repetitions() > 1) {
      term("repetitions", "of each", Integer.toString(experiment.repetitions()));
    }
    for (Map.Entry<String, String> one : experiment.fixed().entrySet()) {
      term(one.getKey(), "fixed", one.getValue());
    }
    out.append("</dl>\n<p class=\"small\">All other parameters have their defaults.</p>\n");
    end();
  }

  private void term(String name, String how, String value) {
    out.append("<dt>");
    text(name).append(" <span class=\"how\">").append(how).append("</span></dt><dd>");
    text(value).append("</dd>\n");
  }

  private void paragraphs(String title, List<String> texts, boolean list) {
    if (texts.isEmpty()) {
      return;
    }
    section(title);
    out.append(list ? "<ul>\n" : "");
    for (String one : texts) {
      out.append(list ? "<li>" : "<p>");
      text(one).append(list ? "</li>\n" : "</p>\n");
    }
    out.append(list ? "</ul>\n" : "");
    end();
  }

  private void figures() {
    List<Figure> all = new ArrayList<>(StudyPlots.of(result));
    extras.runs().forEach(run -> all.add(TimelineFigure.of(run)));
    if (all.isEmpty()) {
      return;
    }
    section("Results");
    all.forEach(this::figure);
    end();
  }

  private void figure(Figure figure) {
    figures++;
    out.append("<figure id=\"figure-").append(figures).append("\">\n<h3>Figure ");
    out.append(figures).append(". ");
    text(figure.title()).append("</h3>\n");
    for (Panel panel : figure.panels()) {
      if (!panel.heading().isEmpty()) {
        out.append("<h4>");
        text(panel.heading()).append("</h4>\n");
      }
      for (Layout layout : Layout.values()) {
        out.append(panel.plot().svg(layout));
      }
    }
    out.append(figure.table());
    if (figure.panels().isEmpty() && figure.table().isEmpty()) {
      out.append("<p class=\"empty\">Nothing of this was measured.</p>\n");
    }
    if (!figure.note().isEmpty() || !figure.omission().isEmpty()) {
      out.append("<figcaption>");
      text(figure.note());
      if (!figure.omission().isEmpty()) {
        out.append(figure.note().isEmpty() ? "" : " ").append("<span class=\"omission\">");
        text(figure.omission()).append("</span>");
      }
      out.append("</figcaption>\n");
    }
    out.append("</figure>\n");
  }

  private void points() {
    section("All points");
    if (result.points().isEmpty()) {
      out.append("<p class=\"empty\">No point was run.</p>\n");
    } else {
      out.append(PointTable.of(result.points()));
    }
    end();
  }

  private void again() {
    if (extras.command().isEmpty() && extras.attachments().isEmpty()) {
      return;
    }
    section("Run it again");
    if (!extras.command().isEmpty()) {
      out.append("<pre><code>");
      text(extras.command()).append("</code></pre>\n");
    }
    if (!extras.attachments().isEmpty()) {
      out.append("<ul>\n");
      for (Attachment one : extras.attachments()) {
        out.append("<li><a href=\"");
        text(Links.relative(one.file())).append("\">");
        text(one.file()).append("</a>: ");
        text(one.description()).append("</li>\n");
      }
      out.append("</ul>\n");
    }
    end();
  }
}
