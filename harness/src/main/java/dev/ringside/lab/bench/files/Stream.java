package dev.ringside.lab.bench.files;

import dev.ringside.machine.Clock;
import java.io.IOException;

/**
 * One large file: written with one buffer size until it is on the disk, read at once, as far as it
 * is still cached, and read again when nothing is.
 *
 * @param <P> a path of the calls
 */
final class Stream<P> implements FileProgram {
  private static final int BUFFER_BYTES = 128 << 10;

  private final FileCalls<P> calls;
  private final Clock clock;
  private final long bytes;
  private final P path;

  /**
   * A program for a file size.
   *
   * @param bytes a multiple of 128 KiB
   */
  Stream(FileCalls<P> calls, Clock clock, long bytes) {
    this.calls = calls;
    this.clock = clock;
    this.bytes = bytes;
    this.path = calls.path("stream");
  }

  @Override
  public void run(Figures figures) throws IOException {
    int file = calls.create(path);
    long start = clock.nanoTime();
    for (long done = 0; done < bytes; done += BUFFER_BYTES) {
      calls.write(file, BUFFER_BYTES);
    }
    long written = clock.nanoTime();
    calls.sync(file);
    calls.close(file);
    long end = clock.nanoTime();
    figures.addRate("write, without the fsync", bytes, written - start);
    figures.addRate("write + fsync", bytes, end - start);
    figures.addRate("read", bytes, read());
    calls.dropCaches();
    figures.addRate("read, cold", bytes, read());
    calls.unlink(path);
  }

  private long read() throws IOException {
    int file = calls.open(path);
    long start = clock.nanoTime();
    long done = 0;
    int count = calls.read(file, BUFFER_BYTES);
    while (count > 0) {
      done += count;
      count = calls.read(file, BUFFER_BYTES);
    }
    long time = clock.nanoTime() - start;
    calls.close(file);
    if (done != bytes) {
      throw new IOException("%d bytes of %d were read".formatted(done, bytes));
    }
    return time;
  }
}
