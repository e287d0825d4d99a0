package dev.ringside.lab.trace;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** The formats that can be read. */
public enum TraceFormat {
  /** blktrace's binary records: the files of all processors, or a merged dump. */
  BLKTRACE("blktrace") {
    @Override
    TraceReader open(List<Path> files) throws IOException {
      return new BlktraceReader(files);
    }
  },
  /** blkparse's default text. */
  BLKPARSE_TEXT("blkparse text") {
    @Override
    TraceReader open(List<Path> files) throws IOException {
      return new BlkparseTextReader(files.getFirst());
    }
  };

  private final String title;

  TraceFormat(String title) {
    this.title = title;
  }

  /** For reports. */
  public String title() {
    return title;
  }

  abstract TraceReader open(List<Path> files) throws IOException;
}
