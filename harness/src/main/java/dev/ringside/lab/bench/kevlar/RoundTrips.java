package dev.ringside.lab.bench.kevlar;

import dev.ringside.driver.BlockDevice;
import dev.ringside.driver.BlockLimits;
import dev.ringside.driver.BlockRequest;
import dev.ringside.machine.Clock;
import dev.ringside.machine.FrameAllocator;
import dev.ringside.machine.GuestMemory;
import dev.ringside.machine.Scheduler;

/**
 * A disk that is used as the posts use theirs: so many requests go into the ring, one notification
 * announces them, and nothing more is submitted until all of them have ended. That is a round trip;
 * the caller's own kick ends a batch early.
 *
 * <p>A task that waits for every batch needs no batch policy below, and its device is asleep before
 * each notification, unless it still looks around after its last one. So that the price of a trip
 * does not depend on who is faster, it can be charged here for each.
 */
final class RoundTrips implements BlockDevice {
  private final BlockDevice disk;
  private final Scheduler scheduler;
  private final int batch;
  private final long costNs;
  private int gathered;
  private long trips;
  private long requests;

  /**
   * Round trips of a batch size.
   *
   * @param batch requests of a trip, at least 1 and no more than the ring holds
   * @param costNs what each trip takes besides what the machine itself charges
   */
  RoundTrips(BlockDevice disk, Scheduler scheduler, int batch, long costNs) {
    this.disk = disk;
    this.scheduler = scheduler;
    this.batch = batch;
    this.costNs = costNs;
  }

  /** How many notifications there were, each with a wait for all that it announced. */
  long trips() {
    return trips;
  }

  /** How many requests were submitted. */
  long requests() {
    return requests;
  }

  @Override
  public boolean submit(BlockRequest request) {
    if (gathered == batch) {
      announce();
    }
    if (gathered == 0) {
      drain();
    }
    if (!disk.submit(request)) {
      return false;
    }
    gathered++;
    requests++;
    return true;
  }

  @Override
  public void kick() {
    if (gathered > 0) {
      announce();
    }
  }

  private void announce() {
    gathered = 0;
    trips++;
    disk.kick();
    scheduler.spend(costNs);
  }

  /** Waits for the trip that is under way. */
  private void drain() {
    while (disk.inFlight() > 0) {
      if (disk.reap() == 0) {
        disk.await();
      }
    }
  }

  @Override
  public int reap() {
    return disk.reap();
  }

  @Override
  public void await() {
    kick();
    disk.await();
  }

  @Override
  public BlockLimits limits() {
    return disk.limits();
  }

  @Override
  public GuestMemory memory() {
    return disk.memory();
  }

  @Override
  public FrameAllocator frames() {
    return disk.frames();
  }

  @Override
  public Clock clock() {
    return disk.clock();
  }

  @Override
  public int inFlight() {
    return disk.inFlight();
  }

  @Override
  public void close() {
    disk.close();
  }
}
