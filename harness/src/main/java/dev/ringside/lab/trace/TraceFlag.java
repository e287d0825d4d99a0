package dev.ringside.lab.trace;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** How a traced request is to be carried out. */
public enum TraceFlag {
  /** A cache flush comes before the data. */
  PREFLUSH(1),
  /** Force unit access: the data itself must be durable at the end. */
  FUA(2),
  /** Readahead: nobody waits for it. */
  AHEAD(4),
  /** Somebody waits for it. */
  SYNC(8),
  /** A filesystem's own data. */
  META(16);

  private static final List<Set<TraceFlag>> SETS = allSets();

  private final int bit;

  TraceFlag(int bit) {
    this.bit = bit;
  }

  private static List<Set<TraceFlag>> allSets() {
    List<Set<TraceFlag>> sets = new ArrayList<>();
    for (int bits = 0; bits < 1 << values().length; bits++) {
      Set<TraceFlag> set = EnumSet.noneOf(TraceFlag.class);
      for (TraceFlag flag : values()) {
        if ((bits & flag.bit) != 0) {
          set.add(flag);
        }
      }
      sets.add(Set.copyOf(set));
    }
    return List.copyOf(sets);
  }

  /** This flag's bit in the argument of {@link #setOf}. */
  int bit() {
    return bit;
  }

  /** The set with these {@link #bit bits}; the same object every time, as a trace has millions. */
  static Set<TraceFlag> setOf(int bits) {
    return SETS.get(bits);
  }
}
