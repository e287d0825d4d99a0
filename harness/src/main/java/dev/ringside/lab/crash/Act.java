package dev.ringside.lab.crash;

import dev.ringside.lab.differ.Operation;

/** A step of a scenario. */
sealed interface Act {
  /** Whether what was done before it cannot be lost any more when it returns. */
  boolean isPromise();

  /** A system call on files. */
  record Call(Operation operation) implements Act {
    @Override
    public boolean isPromise() {
      return operation instanceof Operation.Sync || operation instanceof Operation.Fsync;
    }
  }

  /** What is done to the mount as a whole. */
  enum OnMount implements Act {
    /** FIFREEZE. */
    FREEZE,
    /** FITHAW. */
    THAW,
    /** FITRIM, of the whole disk. */
    TRIM;

    @Override
    public boolean isPromise() {
      return this == FREEZE;
    }
  }
}
