package dev.ringside.lab.report;

import dev.ringside.lab.report.plot.Layout;
import dev.ringside.lab.report.plot.Markup;
import dev.ringside.lab.study.StudyResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The page over several reports: a card for each, with its question and its first picture. */
public final class ReportIndex {
  /** The page's name within the folder. */
  public static final String PAGE = "index.html";

  private ReportIndex() {}

  /**
   * Writes {@link #PAGE}.
   *
   * @param folder must exist
   * @param introduction a paragraph; may be empty
   * @param entries in the page's order
   */
  public static void write(Path folder, String title, String introduction, List<Entry> entries)
      throws IOException {
    Files.writeString(folder.resolve(PAGE), page(title, introduction, entries));
  }

  private static String page(String title, String introduction, List<Entry> entries) {
    StringBuilder out =
        new StringBuilder("<main>\n<header>\n<p class=\"kicker\">Ringside</p>\n<h1>");
    Markup.escape(title, out);
    out.append("</h1>\n");
    if (!introduction.isEmpty()) {
      out.append("<p class=\"lead\">");
      Markup.escape(introduction, out);
      out.append("</p>\n");
    }
    out.append("</header>\n<ol class=\"cards\">\n");
    entries.forEach(entry -> card(out, entry));
    out.append("</ol>\n</main>\n");
    return PageFrame.around(title + " · Ringside", out.toString());
  }

  private static void card(StringBuilder out, Entry entry) {
    StudyResult result = entry.result;
    LawTable laws = new LawTable(result);
    out.append("<li class=\"card\">\n<h2><a href=\"");
    Markup.escape(Links.relative(entry.folder + "/" + ReportFolder.PAGE), out);
    out.append("\">");
    Markup.escape(result.experiment().title(), out);
    out.append("</a></h2>\n<p>");
    Markup.escape(result.experiment().question(), out);
    out.append("</p>\n<ul class=\"facts\"><li><b>").append(result.points().size());
    out.append("</b> ").append(result.points().size() == 1 ? "run" : "runs").append("</li>");
    if (laws.checks() > 0) {
      long broken = laws.broken();
      out.append(broken == 0 ? "<li class=\"held\"><b>" : "<li class=\"broken\"><b>");
      out.append(broken == 0 ? laws.checks() : broken).append("</b> ");
      out.append(broken == 0 ? "checks, all hold" : "of " + laws.checks() + " checks broken");
      out.append("</li>");
    }
    out.append("</ul>\n");
    StudyPlots.of(result).stream()
        .filter(figure -> !figure.panels().isEmpty())
        .findFirst()
        .ifPresent(figure -> out.append(figure.panels().getFirst().plot().svg(Layout.NARROW)));
    out.append("</li>\n");
  }

  /**
   * A report that the page links to.
   *
   * @param folder relative to the page's, where {@link ReportFolder#PAGE} is
   * @param result what is in it
   */
  public record Entry(String folder, StudyResult result) {}
}
