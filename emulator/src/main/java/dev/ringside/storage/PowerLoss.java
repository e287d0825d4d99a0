package dev.ringside.storage;

import java.util.random.RandomGenerator;

/**
 * What a power failure leaves of the volatile writes of a {@link WriteCacheStorage}: any set of
 * their sectors. A sector that several of them wrote has the content of the last one that was kept.
 */
@FunctionalInterface
public interface PowerLoss {
  /** Nothing that was not flushed survives. */
  PowerLoss DROPS_ALL = (write, sector) -> false;

  /** Everything happens to have reached the medium. */
  PowerLoss KEEPS_ALL = (write, sector) -> true;

  /**
   * Whether a sector reached the medium. It is asked once for every sector: of the last write
   * first, and of each write from its first sector on.
   *
   * @param write index into {@link WriteCacheStorage#volatileWrites}
   * @param sector of that write, from 0
   */
  boolean keeps(int write, int sector);

  /** Drops, keeps or tears each write as the numbers fall. */
  static PowerLoss drawnFrom(RandomGenerator random) {
    return new PowerLoss() {
      private int current = -1;
      private Fate fate = Fate.DROPPED;

      @Override
      public boolean keeps(int write, int sector) {
        if (write != current) {
          current = write;
          fate = Fate.ALL[random.nextInt(Fate.ALL.length)];
        }
        return switch (fate) {
          case DROPPED -> false;
          case KEPT -> true;
          case TORN -> random.nextBoolean();
        };
      }
    };
  }

  /** What becomes of a write as a whole. */
  enum Fate {
    DROPPED,
    KEPT,
    /** Each of its sectors has a fate of its own. */
    TORN;

    private static final Fate[] ALL = values();
  }
}
