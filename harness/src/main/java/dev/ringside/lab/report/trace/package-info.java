/**
 * The events of one run, put together for the eye: {@link
 * dev.ringside.lab.report.trace.PerfettoTrace} writes them as a trace that Perfetto and Chrome
 * show, and {@link dev.ringside.lab.report.trace.RequestSpan} is the way of one request.
 */
@NullMarked
package dev.ringside.lab.report.trace;

import org.jspecify.annotations.NullMarked;
