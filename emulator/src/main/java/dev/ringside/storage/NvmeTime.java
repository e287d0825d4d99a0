package dev.ringside.storage;

import java.util.random.RandomGenerator;

/** {@link ServiceModel.Nvme}: knows how full the write cache is. */
final class NvmeTime implements ServiceTime {
  private static final int MILLION = 1_000_000;

  private final ServiceModel.Nvme model;
  private final RandomGenerator chance;

  /** When the cache will be empty if nothing more is written. */
  private long emptyAt;

  NvmeTime(ServiceModel.Nvme model, RandomGenerator chance) {
    this.model = model;
    this.chance = chance;
  }

  @Override
  public long next(long begin, StorageOperation operation, long position, long bytes) {
    long transfer = model.nsPerKib() * bytes / 1024;
    long time =
        switch (operation) {
          case READ -> model.readNs() + transfer;
          case WRITE -> model.writeNs() + transfer + fill(begin, bytes);
          case FLUSH -> model.flushNs() + Math.max(0, emptyAt - begin);
          case RANGE -> model.writeNs();
        };
    return chance.nextInt(MILLION) < model.tailPerMillion()
        ? time + ServiceTime.exponential(chance, model.tailNs())
        : time;
  }

  /** Puts data into the cache; says how long it waits for room. */
  private long fill(long begin, long bytes) {
    long drain = model.drainNsPerKib() * bytes / 1024;
    long full = model.cacheKib() * model.drainNsPerKib();
    emptyAt = Math.max(emptyAt, begin) + drain;
    return Math.max(0, emptyAt - begin - full);
  }
}
