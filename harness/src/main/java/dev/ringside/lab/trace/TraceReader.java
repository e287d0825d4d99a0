package dev.ringside.lab.trace;

import java.io.Closeable;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Reads a trace from its start to its end, in the order of time, without holding more of it than a
 * bounded window for each recorded processor. Not for several threads.
 */
public interface TraceReader extends Closeable {
  /**
   * The next event, or null after the last.
   *
   * @throws TraceFormatException when the trace is damaged here, or a little ahead
   */
  @Nullable TraceEvent next() throws IOException;
}
