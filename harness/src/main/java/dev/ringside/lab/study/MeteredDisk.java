package dev.ringside.lab.study;

import dev.ringside.driver.BlockDevice;
import dev.ringside.driver.BlockLimits;
import dev.ringside.driver.BlockRequest;
import dev.ringside.machine.Clock;
import dev.ringside.machine.FrameAllocator;
import dev.ringside.machine.GuestMemory;

/** The disk under a filesystem: a request arrives when the filesystem first submits it. */
final class MeteredDisk implements BlockDevice {
  private final MeteredQueue metered;
  private final BlockDevice inner;
  private boolean waitsForRoom;

  MeteredDisk(MeteredQueue metered) {
    this.metered = metered;
    this.inner = metered.queue();
  }

  @Override
  public BlockLimits limits() {
    return inner.limits();
  }

  @Override
  public GuestMemory memory() {
    return inner.memory();
  }

  @Override
  public FrameAllocator frames() {
    return inner.frames();
  }

  @Override
  public Clock clock() {
    return inner.clock();
  }

  @Override
  public boolean submit(BlockRequest request) {
    if (!waitsForRoom) {
      metered.arrive(clock().nanoTime());
    }
    waitsForRoom = !metered.submit(request);
    return !waitsForRoom;
  }

  @Override
  public void kick() {
    inner.kick();
  }

  @Override
  public int reap() {
    return inner.reap();
  }

  @Override
  public void await() {
    inner.await();
  }

  @Override
  public int inFlight() {
    return inner.inFlight();
  }

  /** The disk stays open. */
  @Override
  public void close() {}
}
