package dev.ringside.lab.interop;

import java.util.Locale;

/** Who serves a guest's disk. */
public enum BackendKind {
  /** {@code ringside serve}, in a process of its own. */
  RINGSIDE,
  /** QEMU's storage daemon, a stranger that tells whether the guest or Ringside is at fault. */
  STORAGE_DAEMON;

  /** As the command line calls it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
