package dev.ringside.lab.bench.kevlar;

import dev.ringside.driver.BlockDevice;
import dev.ringside.driver.BlockLimits;
import dev.ringside.driver.BlockRequest;
import dev.ringside.machine.Clock;
import dev.ringside.machine.FrameAllocator;
import dev.ringside.machine.GuestMemory;

/** A disk whose requests carry a block at most, as those of the posts do. */
record OneBlockRequests(BlockDevice disk, int blockBytes) implements BlockDevice {
  @Override
  public BlockLimits limits() {
    BlockLimits limits = disk.limits();
    return new BlockLimits(
        limits.sectors(),
        limits.blockSize(),
        limits.physicalBlockSize(),
        limits.minIoSize(),
        limits.optimalIoSize(),
        1,
        blockBytes,
        limits.queueDepth(),
        limits.readOnly(),
        limits.flush(),
        limits.cacheModeSwitch(),
        limits.discards(),
        limits.writeZeroes(),
        limits.zeroesMayUnmap(),
        limits.secureErase(),
        limits.lifetime(),
        limits.zones());
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
  public boolean submit(BlockRequest request) {
    return disk.submit(request);
  }

  @Override
  public void kick() {
    disk.kick();
  }

  @Override
  public int reap() {
    return disk.reap();
  }

  @Override
  public void await() {
    disk.await();
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
