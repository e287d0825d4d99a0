package dev.ringside.ext4;

/** What access(2) asks for. */
public enum AccessMode {
  READ,
  WRITE,
  /** Execution; for a directory, looking names up in it. */
  EXECUTE
}
