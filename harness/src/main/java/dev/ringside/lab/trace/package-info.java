/**
 * Recorded block I/O: finding a trace, saying what kind it is, and reading its events.
 *
 * <p>Start with {@link dev.ringside.lab.trace.TraceSource}, which finds the trace behind a path and
 * opens it, and {@link dev.ringside.lab.trace.TraceEvent}, what every format is read into. A format
 * is one {@link dev.ringside.lab.trace.TraceReader}:
 *
 * <table>
 * <caption>Who reads what</caption>
 * <tr><td>{@code BlktraceReader}</td><td>merges the files of blktrace by time</td></tr>
 * <tr><td>{@code BlktraceFile}</td><td>one such file, record by record</td></tr>
 * <tr><td>{@code BlktraceLayout}</td><td>where the fields of a record are</td></tr>
 * <tr><td>{@code ReorderWindow}</td><td>puts the events of one file into the order of time</td></tr>
 * <tr><td>{@code BlkparseTextReader}</td><td>blkparse's default text</td></tr>
 * <tr><td>{@code Rwbs}</td><td>the letters for operation and flags in that text</td></tr>
 * </table>
 *
 * <p>Nothing of the machine, the device or the driver is imported here.
 */
@NullMarked
package dev.ringside.lab.trace;

import org.jspecify.annotations.NullMarked;
