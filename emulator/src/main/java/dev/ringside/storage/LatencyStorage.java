package dev.ringside.storage;

import dev.ringside.machine.IoVector;
import dev.ringside.machine.Scheduler;
import java.io.IOException;

/**
 * A storage that takes its time, as a {@link ServiceModel} says: every request keeps the task that
 * asks for it until it has passed. Requests of several tasks take it in parallel, as far as the
 * model has units for them.
 */
public final class LatencyStorage implements Storage {
  private static final int MOST_TASKS = 1024;

  private final Storage inner;
  private final Scheduler scheduler;
  private final ServiceStation station;

  /**
   * Slows a storage down by the same for every request, however many there are at once.
   *
   * @param serviceNs of every request, in nanoseconds
   */
  public LatencyStorage(Storage inner, Scheduler scheduler, long serviceNs) {
    this(inner, scheduler, new ServiceModel.Constant(serviceNs), MOST_TASKS);
  }

  /**
   * Slows a storage down.
   *
   * @param tasks that ask at once, at most: the units of a model that does not say how many
   */
  public LatencyStorage(Storage inner, Scheduler scheduler, ServiceModel model, int tasks) {
    this.inner = inner;
    this.scheduler = scheduler;
    this.station =
        new ServiceStation(
            model, model.units(tasks), scheduler.streams(), inner.sectors() * SECTOR_SIZE);
  }

  private void pass(StorageOperation operation, long position, long bytes) {
    ServiceStation.Visit visit = new ServiceStation.Visit();
    long now = scheduler.clock().nanoTime();
    station.arrive(visit, now, operation, position, bytes, false);
    scheduler.sleep(visit.end() - now);
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
    pass(StorageOperation.READ, position, target.bytes());
    inner.read(position, target);
  }

  @Override
  public void write(long position, IoVector source) throws IOException {
    pass(StorageOperation.WRITE, position, source.bytes());
    inner.write(position, source);
  }

  @Override
  public void flush() throws IOException {
    pass(StorageOperation.FLUSH, 0, 0);
    inner.flush();
  }

  @Override
  public void discard(long position, long length) throws IOException {
    pass(StorageOperation.RANGE, position, 0);
    inner.discard(position, length);
  }

  @Override
  public void writeZeroes(long position, long length, boolean unmap) throws IOException {
    pass(StorageOperation.RANGE, position, 0);
    inner.writeZeroes(position, length, unmap);
  }

  @Override
  public void secureErase(long position, long length) throws IOException {
    pass(StorageOperation.RANGE, position, 0);
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
