package dev.ringside.lab.foreign;

import dev.ringside.lab.trace.BlktraceWriter;
import dev.ringside.lab.trace.TraceOperation;
import dev.ringside.machine.Clock;
import dev.ringside.machine.IoVector;
import dev.ringside.storage.Storage;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A storage that writes down what is asked of it, as blktrace does: a trace that {@code blkparse}
 * and {@code ringside replay} read. Times count from the beginning of the recording.
 */
public final class RequestRecorder implements Storage {
  private final Storage inner;
  private final Clock clock;
  private final BlktraceWriter trace;
  private final long start;

  /**
   * Records into a new file.
   *
   * @param inner is closed with this
   * @param base name of the trace, to which {@code .blktrace.0} is added
   */
  public RequestRecorder(Storage inner, Clock clock, Path base) throws IOException {
    this.inner = inner;
    this.clock = clock;
    this.trace = BlktraceWriter.create(base);
    this.start = clock.nanoTime();
  }

  /** What a request does to the storage. */
  private interface Work {
    void run() throws IOException;
  }

  private void record(TraceOperation operation, long position, long length, Work work)
      throws IOException {
    long sector = position / SECTOR_SIZE;
    trace.issue(clock.nanoTime() - start, operation, sector, length);
    boolean failed = true;
    try {
      work.run();
      failed = false;
    } finally {
      trace.complete(clock.nanoTime() - start, operation, sector, length, failed);
    }
  }

  @Override
  public long sectors() {
    return inner.sectors();
  }

  @Override
  public boolean readOnly() {
    return inner.readOnly();
  }

  @Override
  public boolean discards() {
    return inner.discards();
  }

  @Override
  public boolean secureErases() {
    return inner.secureErases();
  }

  @Override
  public void read(long position, IoVector target) throws IOException {
    record(TraceOperation.READ, position, target.bytes(), () -> inner.read(position, target));
  }

  @Override
  public void write(long position, IoVector source) throws IOException {
    record(TraceOperation.WRITE, position, source.bytes(), () -> inner.write(position, source));
  }

  @Override
  public void flush() throws IOException {
    record(TraceOperation.FLUSH, 0, 0, inner::flush);
  }

  @Override
  public void discard(long position, long length) throws IOException {
    record(TraceOperation.DISCARD, position, length, () -> inner.discard(position, length));
  }

  /** A trace knows no better word for it than a discard. */
  @Override
  public void writeZeroes(long position, long length, boolean unmap) throws IOException {
    record(
        TraceOperation.DISCARD, position, length, () -> inner.writeZeroes(position, length, unmap));
  }

  @Override
  public void secureErase(long position, long length) throws IOException {
    record(TraceOperation.DISCARD, position, length, () -> inner.secureErase(position, length));
  }

  @Override
  public void resize(long sectors) throws IOException {
    inner.resize(sectors);
  }

  @Override
  public void close() throws IOException {
    try (BlktraceWriter _ = trace) {
      inner.close();
    }
  }
}
