/**
 * A study as something to look at: from {@link dev.ringside.lab.study.StudyResult} to files.
 *
 * <p>{@link dev.ringside.lab.report.ReportFolder} writes the folder of a study: one HTML page that
 * needs nothing else, and histograms on request. {@link dev.ringside.lab.report.ReportIndex} writes
 * the page over several of them. {@link dev.ringside.lab.report.StudyPlots} chooses the picture for
 * a {@link dev.ringside.lab.study.PlotSpec}; {@code report.plot} draws it. {@code report.trace}
 * turns the events of a run into a trace for Perfetto and into the spans of a timeline.
 *
 * <p>The same result gives the same bytes: no date, host or path comes from here.
 */
@NullMarked
package dev.ringside.lab.report;

import org.jspecify.annotations.NullMarked;
