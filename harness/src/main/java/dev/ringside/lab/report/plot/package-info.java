/**
 * Pictures as SVG text. A {@link dev.ringside.lab.report.plot.Plot} is drawn for a {@link
 * dev.ringside.lab.report.plot.Layout}, wide or narrow, so that text keeps its size on a phone; a
 * page shows the one that fits. Colours are CSS custom properties of the page.
 *
 * <p>Of the charting libraries for Java, XChart draws every letter as an outline, which a browser
 * can neither search nor select; JFreeChart's SVG output stands under the GPL; neither knows
 * tooltips or a dark scheme. What a study needs is little, and here.
 *
 * <p>Nothing here knows what is plotted: no import from {@code lab.study}.
 */
@NullMarked
package dev.ringside.lab.report.plot;

import org.jspecify.annotations.NullMarked;
