package dev.ringside.storage;

import dev.ringside.machine.IoVector;
import dev.ringside.machine.Scheduler;
import java.io.IOException;

/**
 * A storage that takes its time: every request occupies the task that asks for it. Requests in
 * parallel take it in parallel, one for each worker.
 */
public final class LatencyStorage implements Storage {
  private final Storage inner;
  private final Scheduler scheduler;
  private final long serviceNs;

  /**
   * Slows a storage down.
   *
   * @param serviceNs of every request, in nanoseconds
   */
  public LatencyStorage(Storage inner, Scheduler scheduler, long serviceNs) {
    this.inner = inner;
    this.scheduler = scheduler;
    this.serviceNs = serviceNs;
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
    scheduler.spend(serviceNs);
    inner.read(position, target);
  }

  @Override
  public void write(long position, IoVector source) throws IOException {
    scheduler.spend(serviceNs);
    inner.write(position, source);
  }

  @Override
  public void flush() throws IOException {
    scheduler.spend(serviceNs);
    inner.flush();
  }

  @Override
  public void discard(long position, long length) throws IOException {
    scheduler.spend(serviceNs);
    inner.discard(position, length);
  }

  @Override
  public void writeZeroes(long position, long length, boolean unmap) throws IOException {
    scheduler.spend(serviceNs);
    inner.writeZeroes(position, length, unmap);
  }

  @Override
  public void secureErase(long position, long length) throws IOException {
    scheduler.spend(serviceNs);
    inner.secureErase(position, length);
  }

  /** Not a request: it takes no time. */
  @Override
  public void resize(long sectors) throws IOException {
    inner.resize(sectors);
  }

  @Override
  public void close() throws IOException {
    inner.close();
  }
}
