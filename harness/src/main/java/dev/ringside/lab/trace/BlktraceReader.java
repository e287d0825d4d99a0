package dev.ringside.lab.trace;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * blktrace's binary format, versions 7 and 8: the files of all processors, merged by time. Time
 * starts at the first event, as in blkparse's output.
 *
 * <p>A process is named as its notify record says; a name is known for the events after that
 * record, and up to a window's length before it.
 */
final class BlktraceReader implements TraceReader {
  private final Map<Integer, String> processNames = new HashMap<>();
  private final List<ReorderWindow> windows = new ArrayList<>();
  private final PriorityQueue<ReorderWindow> byHead =
      new PriorityQueue<>(Comparator.comparing(BlktraceReader::head, ReorderWindow.BY_TIME));
  private final long start;

  /**
   * Opens a trace.
   *
   * @param files one a processor, or one merged dump; a processor's may be empty, but not all
   */
  BlktraceReader(List<Path> files) throws IOException {
    try {
      for (Path file : files) {
        ReorderWindow window = open(file);
        windows.add(window);
        if (window.peek() != null) {
          byHead.add(window);
        }
      }
    } catch (IOException | RuntimeException failure) {
      close();
      throw failure;
    }
    ReorderWindow first = byHead.peek();
    if (first == null) {
      close();
      throw TraceFormatException.of(files.getFirst(), "expected blktrace records, found no event");
    }
    start = head(first).time();
  }

  private ReorderWindow open(Path path) throws IOException {
    BlktraceFile file = new BlktraceFile(path, processNames);
    try {
      return new ReorderWindow(file);
    } catch (IOException | RuntimeException failure) {
      file.close();
      throw failure;
    }
  }

  private static TraceEvent head(ReorderWindow window) {
    TraceEvent head = window.peek();
    if (head == null) {
      throw new IllegalStateException("a file at its end takes part in the merge");
    }
    return head;
  }

  @Override
  public @Nullable TraceEvent next() throws IOException {
    ReorderWindow window = byHead.poll();
    TraceEvent event = window == null ? null : window.poll();
    if (window == null || event == null) {
      return null;
    }
    if (window.peek() != null) {
      byHead.add(window);
    }
    return event.withTime(event.time() - start).withProcess(processNames.get(event.pid()));
  }

  @Override
  public void close() throws IOException {
    for (ReorderWindow window : windows) {
      window.close();
    }
  }
}
