package dev.ringside.storage;

import dev.ringside.machine.DurationText;
import java.util.OptionalDouble;

/**
 * How long a storage works on a request, and on how many at once. A model is a value; a {@link
 * ServiceStation} draws from it.
 *
 * <p>As text, which {@link #parse} reads and {@link #toText} writes; a time is a number with {@code
 * ns}, {@code us}, {@code ms} or {@code s}:
 *
 * <pre>
 *   none                                     no time at all
 *   constant:80us                            every request the same
 *   exponential:80us                         by its mean
 *   uniform:50us-110us                       between two times
 *   lognormal:80us,0.5                       by its median, and the deviation of its logarithm
 *   pareto:40us,2.5                          by its least, and the shape (the larger, the shorter the tail)
 *   size:20us+0.25us/KiB                     so much, and so much for each KiB of data
 *   operations:read=M;write=M;flush=M        a model for each, each of those above; what is left out takes none
 *   nvme, nvme:read=90us,channels=16,...     flash; see {@link Nvme}
 *   disk, disk:rpm=5400,...                  a spinning disk; see {@link Disk}
 *   M xP                                     any of these, with P units that work at once
 * </pre>
 */
public sealed interface ServiceModel {
  /** The most units that work at once. */
  int MAX_UNITS = 65_536;

  /** Takes no time. */
  static ServiceModel none() {
    return new None();
  }

  /** No time at all. */
  record None() implements ServiceModel {}

  /**
   * Every request takes the same.
   *
   * @param ns 0 or more, in nanoseconds
   */
  record Constant(long ns) implements ServiceModel {
    public Constant {
      require(ns >= 0, "a time below zero");
    }
  }

  /**
   * Memoryless.
   *
   * @param meanNs 0 or more, in nanoseconds
   */
  record Exponential(long meanNs) implements ServiceModel {
    public Exponential {
      require(meanNs >= 0, "a time below zero");
    }
  }

  /**
   * Anything between two times alike.
   *
   * @param leastNs 0 or more, in nanoseconds
   * @param mostNs at least that
   */
  record Uniform(long leastNs, long mostNs) implements ServiceModel {
    public Uniform {
      require(leastNs >= 0 && mostNs >= leastNs, "a range that is empty");
    }
  }

  /**
   * The logarithm is distributed normally: most are near the median, some take much longer.
   *
   * @param medianNs 0 or more, in nanoseconds
   * @param sigma the standard deviation of the logarithm, 0 or more
   */
  record LogNormal(long medianNs, double sigma) implements ServiceModel {
    public LogNormal {
      require(medianNs >= 0 && sigma >= 0 && sigma <= 10, "a deviation that is not 0 to 10");
    }
  }

  /**
   * A heavy tail: the share of requests that take longer than x falls as x to the minus shape.
   *
   * @param leastNs 0 or more, in nanoseconds
   * @param shape above 1, so that there is a mean
   */
  record Pareto(long leastNs, double shape) implements ServiceModel {
    public Pareto {
      require(leastNs >= 0 && shape > 1 && shape <= 100, "a shape that is not above 1, to 100");
    }
  }

  /**
   * The more data, the longer.
   *
   * @param baseNs of every request, 0 or more, in nanoseconds
   * @param nsPerKib more for each 1,024 bytes of data, 0 or more
   */
  record Sized(long baseNs, long nsPerKib) implements ServiceModel {
    public Sized {
      require(baseNs >= 0 && nsPerKib >= 0, "a time below zero");
    }
  }

  /** A model for each operation, none of which has a state or units of its own. */
  record ByOperation(ServiceModel read, ServiceModel write, ServiceModel flush)
      implements ServiceModel {
    public ByOperation {
      require(
          isPlain(read) && isPlain(write) && isPlain(flush),
          "an operation's model must be none, constant, a distribution or size");
    }

    private static boolean isPlain(ServiceModel model) {
      return switch (model) {
        case ByOperation byOperation -> false;
        case Parallel parallel -> false;
        case Nvme nvme -> false;
        case Disk disk -> false;
        case None none -> true;
        case Constant constant -> true;
        case Exponential exponential -> true;
        case Uniform uniform -> true;
        case LogNormal logNormal -> true;
        case Pareto pareto -> true;
        case Sized sized -> true;
      };
    }
  }

  /**
   * A storage of several units; a request that finds none free waits for the first that is.
   *
   * @param each what a unit does
   * @param units 1 to {@link #MAX_UNITS}
   */
  record Parallel(ServiceModel each, int units) implements ServiceModel {
    public Parallel {
      require(units >= 1 && units <= MAX_UNITS, "units that are not 1 to " + MAX_UNITS);
      require(!(each instanceof Parallel), "units within units");
      require(!(each instanceof Disk), "a disk with more than one arm");
    }
  }

  /**
   * Flash behind a volatile write cache. Writes go into the cache, which empties itself at a steady
   * rate; a flush waits until it is empty, a write until there is room. Figures are of the order
   * that data sheets of data-centre NVMe drives of about 2020 give.
   *
   * @param readNs of a read, in nanoseconds
   * @param writeNs of a write into the cache
   * @param flushNs of a flush that finds the cache empty
   * @param nsPerKib of data, in either direction, on a channel
   * @param channels that work at once, 1 to {@link #MAX_UNITS}
   * @param cacheKib of the write cache; 0 for none, then a write goes to the flash at the cache's
   *     rate
   * @param drainNsPerKib what it takes to empty 1 KiB of the cache
   * @param tailPerMillion how many requests of a million meet something slow (an erase, a refresh)
   * @param tailNs how long that takes more, at the mean; its distribution is exponential
   */
  record Nvme(
      long readNs,
      long writeNs,
      long flushNs,
      long nsPerKib,
      int channels,
      long cacheKib,
      long drainNsPerKib,
      int tailPerMillion,
      long tailNs)
      implements ServiceModel {
    /** 80 us reads, 15 us writes, 8 channels, 64 MiB of cache that empties at about 1 GB/s. */
    public static final Nvme DEFAULT =
        new Nvme(80_000, 15_000, 20_000, 330, 8, 65_536, 1_000, 1_000, 2_000_000);

    public Nvme {
      require(
          readNs >= 0 && writeNs >= 0 && flushNs >= 0 && nsPerKib >= 0 && tailNs >= 0,
          "a time below zero");
      require(channels >= 1 && channels <= MAX_UNITS, "channels that are not 1 to " + MAX_UNITS);
      require(cacheKib >= 0 && drainNsPerKib >= 0, "a cache below zero");
      require(
          tailPerMillion >= 0 && tailPerMillion <= 1_000_000, "a tail that is not 0 to a million");
    }
  }

  /**
   * One arm over platters that turn. A request waits for the arm (by distance, as its square root),
   * for the sector to come round (by the angle at that moment) and for its data to pass. A flush
   * that finds something written takes a turn.
   *
   * @param rpm turns a minute, 1 to 100,000
   * @param commandNs of every request, in nanoseconds
   * @param trackSeekNs to the next track
   * @param fullSeekNs across the disk, at least that
   * @param trackKib of data on a track, 1 or more
   */
  record Disk(int rpm, long commandNs, long trackSeekNs, long fullSeekNs, long trackKib)
      implements ServiceModel {
    /** 7,200 turns a minute, 0.8 to 16 ms of seek, 1 MiB a track: about 125 MB/s. */
    public static final Disk DEFAULT = new Disk(7200, 100_000, 800_000, 16_000_000, 1024);

    public Disk {
      require(rpm >= 1 && rpm <= 100_000, "turns that are not 1 to 100000 a minute");
      require(
          commandNs >= 0 && trackSeekNs >= 0 && fullSeekNs >= trackSeekNs,
          "a seek that is shorter across the disk than to the next track");
      require(trackKib >= 1, "a track of nothing");
    }

    /** Of one turn, in nanoseconds. */
    public long turnNs() {
      return 60_000_000_000L / rpm;
    }
  }

  /**
   * How many requests are worked on at once.
   *
   * @param workers of the device, each of which occupies a unit when the model says nothing else
   */
  default int units(int workers) {
    return switch (this) {
      case Parallel parallel -> parallel.units;
      case Nvme nvme -> nvme.channels;
      case Disk disk -> 1;
      case None none -> Math.max(1, workers);
      case Constant constant -> Math.max(1, workers);
      case Exponential exponential -> Math.max(1, workers);
      case Uniform uniform -> Math.max(1, workers);
      case LogNormal logNormal -> Math.max(1, workers);
      case Pareto pareto -> Math.max(1, workers);
      case Sized sized -> Math.max(1, workers);
      case ByOperation byOperation -> Math.max(1, workers);
    };
  }

  /**
   * What a request takes on a unit, in nanoseconds at the mean; empty where that depends on what
   * came before.
   *
   * @param bytes of data
   */
  default OptionalDouble meanNs(StorageOperation operation, long bytes) {
    return switch (this) {
      case None none -> OptionalDouble.of(0);
      case Constant(long ns) -> OptionalDouble.of((double) ns);
      case Exponential(long mean) -> OptionalDouble.of((double) mean);
      case Uniform(long least, long most) -> OptionalDouble.of((least + most) / 2.0);
      case LogNormal(long median, double sigma) ->
          OptionalDouble.of(median * StrictMath.exp(sigma * sigma / 2));
      case Pareto(long least, double shape) -> OptionalDouble.of(least * shape / (shape - 1));
      case Sized(long base, long nsPerKib) -> OptionalDouble.of(base + nsPerKib * bytes / 1024.0);
      case ByOperation(ServiceModel read, ServiceModel write, ServiceModel flush) ->
          switch (operation) {
            case READ -> read.meanNs(operation, bytes);
            case WRITE, RANGE -> write.meanNs(operation, bytes);
            case FLUSH -> flush.meanNs(operation, bytes);
          };
      case Parallel(ServiceModel each, int units) -> each.meanNs(operation, bytes);
      case Nvme nvme ->
          operation == StorageOperation.READ
              ? OptionalDouble.of(
                  nvme.readNs
                      + nvme.nsPerKib * bytes / 1024.0
                      + nvme.tailNs * (nvme.tailPerMillion / 1e6))
              : OptionalDouble.empty();
      case Disk disk -> OptionalDouble.empty();
    };
  }

  /**
   * Reads a model.
   *
   * @throws IllegalArgumentException when the text is none; the message says what is wrong
   */
  static ServiceModel parse(String text) {
    return ServiceModelText.parse(text);
  }

  /** The model in the words that {@link #parse} reads. */
  default String toText() {
    return ServiceModelText.of(this);
  }

  private static void require(boolean condition, String problem) {
    if (!condition) {
      throw new IllegalArgumentException("a service model with " + problem);
    }
  }

  /** The model that takes so long for every request. */
  static ServiceModel constant(long ns) {
    return ns == 0 ? none() : new Constant(ns);
  }

  /** The same, from words such as {@code 80us}. */
  static ServiceModel constant(String duration) {
    return constant(DurationText.parse(duration));
  }
}
