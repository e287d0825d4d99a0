package dev.ringside.storage;

import dev.ringside.storage.ServiceModel.ByOperation;
import dev.ringside.storage.ServiceModel.Constant;
import dev.ringside.storage.ServiceModel.Disk;
import dev.ringside.storage.ServiceModel.Exponential;
import dev.ringside.storage.ServiceModel.LogNormal;
import dev.ringside.storage.ServiceModel.None;
import dev.ringside.storage.ServiceModel.Nvme;
import dev.ringside.storage.ServiceModel.Parallel;
import dev.ringside.storage.ServiceModel.Pareto;
import dev.ringside.storage.ServiceModel.Sized;
import dev.ringside.storage.ServiceModel.Uniform;
import java.util.random.RandomGenerator;

/**
 * Says how long each request takes, one after the other in the order in which they begin. What is
 * drawn is the same on every machine, hence {@link StrictMath}.
 */
interface ServiceTime {
  /**
   * Nanoseconds that a request takes.
   *
   * @param begin when it begins, in nanoseconds; not before the one before
   * @param position in bytes
   * @param bytes of data
   */
  long next(long begin, StorageOperation operation, long position, long bytes);

  /**
   * The times of a model.
   *
   * @param chance where it draws from
   * @param capacity of the storage, in bytes
   */
  static ServiceTime of(ServiceModel model, RandomGenerator chance, long capacity) {
    return switch (model) {
      case None none -> (begin, operation, position, bytes) -> 0;
      case Constant(long ns) -> (begin, operation, position, bytes) -> ns;
      case Exponential(long mean) ->
          (begin, operation, position, bytes) -> exponential(chance, mean);
      case Uniform(long least, long most) ->
          (begin, operation, position, bytes) ->
              least == most ? least : chance.nextLong(least, most + 1);
      case LogNormal(long median, double sigma) ->
          (begin, operation, position, bytes) ->
              Math.round(median * StrictMath.exp(sigma * chance.nextGaussian()));
      case Pareto(long least, double shape) ->
          (begin, operation, position, bytes) ->
              Math.round(least * StrictMath.pow(1 - chance.nextDouble(), -1 / shape));
      case Sized(long base, long nsPerKib) ->
          (begin, operation, position, bytes) -> base + nsPerKib * bytes / 1024;
      case ByOperation byOperation -> byOperation(byOperation, chance, capacity);
      case Parallel(ServiceModel each, int units) -> of(each, chance, capacity);
      case Nvme nvme -> new NvmeTime(nvme, chance);
      case Disk disk -> new DiskTime(disk, capacity);
    };
  }

  /** Memoryless, by its mean. */
  static long exponential(RandomGenerator chance, long mean) {
    return Math.round(-mean * StrictMath.log(1 - chance.nextDouble()));
  }

  private static ServiceTime byOperation(ByOperation model, RandomGenerator chance, long capacity) {
    ServiceTime read = of(model.read(), chance, capacity);
    ServiceTime write = of(model.write(), chance, capacity);
    ServiceTime flush = of(model.flush(), chance, capacity);
    return (begin, operation, position, bytes) ->
        switch (operation) {
          case READ -> read.next(begin, operation, position, bytes);
          case WRITE, RANGE -> write.next(begin, operation, position, bytes);
          case FLUSH -> flush.next(begin, operation, position, bytes);
        };
  }
}
