package dev.ringside.ext4;

/** What a mount may do to its disk. */
public enum Access {
  /** Nothing is ever written; what a journal holds is read from there. */
  READ_ONLY,
  /** Operations change the filesystem; mounting finishes what a crash left unfinished. */
  READ_WRITE
}
