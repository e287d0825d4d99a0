package dev.ringside.lab.report;

import dev.ringside.lab.report.plot.Plot;

/**
 * One of the pictures of a figure.
 *
 * @param heading what tells it from the others; empty when it is alone
 * @param plot the picture
 */
record Panel(String heading, Plot plot) {
  /** A picture that needs no heading. */
  Panel(Plot plot) {
    this("", plot);
  }
}
