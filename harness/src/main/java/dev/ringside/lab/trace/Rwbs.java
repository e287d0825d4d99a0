package dev.ringside.lab.trace;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The letters that blkparse prints for operation and flags: {@code [F] operation [F] [A] [S] [M]}.
 * The first F is a preflush, the second, behind the operation, is FUA: {@code FWFSM} is a write
 * with everything but readahead.
 */
record Rwbs(TraceOperation operation, Set<TraceFlag> flags) {
  /** Reads the letters; null when they are none of blkparse's. */
  static @Nullable Rwbs parse(String letters) {
    int at = 0;
    int flags = 0;
    // A lone F is the operation, an F with another operation behind it is the preflush.
    if (letters.length() > 1
        && letters.charAt(0) == 'F'
        && "DWREFN".indexOf(letters.charAt(1)) >= 0) {
      flags |= TraceFlag.PREFLUSH.bit();
      at = 1;
    }
    if (at == letters.length()) {
      return null;
    }
    TraceOperation operation =
        switch (letters.charAt(at++)) {
          case 'R' -> TraceOperation.READ;
          case 'W' -> TraceOperation.WRITE;
          case 'D' -> TraceOperation.DISCARD;
          case 'F' -> TraceOperation.FLUSH;
          case 'N' -> flags == 0 ? TraceOperation.OTHER : TraceOperation.FLUSH;
          case 'E', 'Z' -> TraceOperation.OTHER;
          default -> null;
        };
    if (operation == null) {
      return null;
    }
    for (; at < letters.length(); at++) {
      switch (letters.charAt(at)) {
        case 'F' -> flags |= TraceFlag.FUA.bit();
        case 'A' -> flags |= TraceFlag.AHEAD.bit();
        case 'S' -> flags |= TraceFlag.SYNC.bit();
        case 'M' -> flags |= TraceFlag.META.bit();
        case 'U' -> {} // An atomic write is a write; the disks here promise nothing more.
        // Secure erase, write zeroes and the zone operations take a second letter.
        case 'E', 'Z', 'R', 'O', 'C' -> operation = TraceOperation.OTHER;
        default -> {
          return null;
        }
      }
    }
    return new Rwbs(operation, TraceFlag.setOf(flags));
  }
}
