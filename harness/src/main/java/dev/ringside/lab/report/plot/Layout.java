package dev.ringside.lab.report.plot;

/** The two widths in which every plot is drawn; a page shows the one that fits its window. */
public enum Layout {
  /** For a desk or for paper. */
  WIDE("wide", 820, 320),
  /** For a phone. */
  NARROW("narrow", 360, 260);

  private final String styleClass;
  private final int width;
  private final int areaHeight;

  Layout(String styleClass, int width, int areaHeight) {
    this.styleClass = styleClass;
    this.width = width;
    this.areaHeight = areaHeight;
  }

  String styleClass() {
    return styleClass;
  }

  /** The picture's width in CSS pixels. */
  int width() {
    return width;
  }

  /** The usual height of the part between the axes. */
  int areaHeight() {
    return areaHeight;
  }
}
