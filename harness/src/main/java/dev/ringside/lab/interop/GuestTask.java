package dev.ringside.lab.interop;

import java.util.List;
import java.util.Locale;

/**
 * What a guest does with its disk: a function of the guest's script {@code tasks}, by the same
 * name.
 */
public enum GuestTask {
  /** Writes and fsyncs files, mounts again, compares their sums, trims. */
  CHECK,
  /** Writes, renames and verifies files for as many {@code seconds} as it is told. */
  LOAD,
  /** Reads 4 KiB at a time past the page cache, from each disk in turn. */
  READ,
  /** Starts, and powers off. */
  NOTHING,
  /** The recorded workload w1: makes a filesystem and files, renames, links, deletes. */
  W1,
  /** The recorded workload w2: sqlite with a rollback journal, then with a write-ahead log. */
  W2,
  /** A shell on the terminal. */
  SHELL;

  /** What the guest needs for it beside busybox. */
  List<OutsideProgram> programs() {
    return switch (this) {
      case W1 -> List.of(OutsideProgram.MKE2FS);
      case W2 -> List.of(OutsideProgram.SQLITE);
      case CHECK, LOAD, READ, NOTHING, SHELL -> List.of();
    };
  }

  /** As the guest's script calls it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
