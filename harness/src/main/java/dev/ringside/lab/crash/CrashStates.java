package dev.ringside.lab.crash;

import dev.ringside.machine.RandomStreams;
import dev.ringside.storage.Storage;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * What a crash can leave of recorded writes. A disk may have any sectors of the writes since the
 * last flush; of those that were written several times, the last one that it has.
 *
 * <pre>
 *   durable | pending: written since the last flush | cut
 * </pre>
 */
final class CrashStates {
  /** Choices that are made for every cut; behind them, some are drawn. */
  static final int FIXED_CHOICES = 5;

  /** So few pending writes are lost and kept in all combinations, behind the drawn ones. */
  private static final int EXHAUSTIVE = 4;

  private final List<DiskEvent> events;
  private final CrashSettings settings;

  /** The disk with all writes before {@link #durableAt}, which are there for sure. */
  private final DiskImage durable;

  private int durableAt;

  /** The states of a recording. They are built from front to back. */
  CrashStates(DiskImage blank, List<DiskEvent> events, int first, CrashSettings settings) {
    this.events = events;
    this.settings = settings;
    this.durable = blank.copy();
    advance(first);
  }

  /** Everything before an event becomes durable. */
  private void advance(int end) {
    for (; durableAt < end; durableAt++) {
      if (events.get(durableAt) instanceof DiskEvent.Write(long position, DiskEvent.Content c)) {
        durable.put(position, c.bytes(), 0, c.length());
      }
    }
  }

  /** Moves on to a crash behind that event; cuts are visited in order. */
  void cutBehind(int cut) {
    if (!settings.ignoredFlushes() && events.get(cut) instanceof DiskEvent.Flush) {
      advance(cut + 1);
    }
  }

  /** The writes that may be lost by a crash behind that event. */
  List<DiskEvent.Write> pending(int cut) {
    List<DiskEvent.Write> pending = new ArrayList<>();
    for (int i = durableAt; i <= cut; i++) {
      if (events.get(i) instanceof DiskEvent.Write write) {
        pending.add(write);
      }
    }
    return pending;
  }

  /** How many choices there are for a crash behind that event. */
  int choices(int cut) {
    int writes = pending(cut).size();
    if (writes == 0) {
      return 1;
    }
    int drawn = FIXED_CHOICES + settings.drawn();
    return writes <= EXHAUSTIVE ? drawn + (1 << writes) : drawn;
  }

  /**
   * The disk after a crash behind that event.
   *
   * @param choice which of the pending writes it has: 0 none, 1 all, 2 only the last, 3 all but the
   *     first, 4 all, the last one torn in the middle; then those that are drawn, and then every
   *     set of writes, a bit for each
   */
  DiskImage state(int cut, int choice, RandomStreams streams) {
    DiskImage image = durable.copy();
    List<DiskEvent.Write> pending = pending(cut);
    int last = pending.size() - 1;
    RandomGenerator random = streams.stream(cut + "." + choice);
    for (int i = 0; i <= last; i++) {
      DiskEvent.Write write = pending.get(i);
      int length = write.content().length();
      switch (choice) {
        case 0 -> {
          // None.
        }
        case 1 -> put(image, write, 0, length);
        case 2 -> put(image, write, 0, i == last ? length : 0);
        case 3 -> put(image, write, 0, i == 0 ? 0 : length);
        case 4 -> put(image, write, 0, i == last ? half(write) : length);
        default -> {
          int set = choice - FIXED_CHOICES - settings.drawn();
          if (set < 0) {
            putSome(image, write, random);
          } else {
            put(image, write, 0, (set >> i & 1) != 0 ? length : 0);
          }
        }
      }
    }
    return image;
  }

  private static int half(DiskEvent.Write write) {
    return write.content().length() / Storage.SECTOR_SIZE / 2 * Storage.SECTOR_SIZE;
  }

  private static void put(DiskImage image, DiskEvent.Write write, int from, int to) {
    image.put(write.position() + from, write.content().bytes(), from, to - from);
  }

  private static void putSome(DiskImage image, DiskEvent.Write write, RandomGenerator random) {
    int length = write.content().length();
    switch (random.nextInt(3)) {
      case 0 -> {
        // Lost.
      }
      case 1 -> put(image, write, 0, length);
      default -> {
        for (int sector = 0; sector < length; sector += Storage.SECTOR_SIZE) {
          if (random.nextBoolean()) {
            put(image, write, sector, sector + Storage.SECTOR_SIZE);
          }
        }
      }
    }
  }
}
