package dev.ringside.fault;

import java.util.Set;

/** What goes wrong when the device gives a chain back (virtio 1.4, sections 2.7.8 and 2.8.6). */
public sealed interface UsedEffect extends FaultEffect {
  @Override
  default Set<FaultOperation> operations() {
    return RequestOperations.ALL;
  }

  /**
   * The used entry names another chain.
   *
   * @param id what it says instead, 0 to 65535
   */
  record WrongUsedId(int id) implements UsedEffect {
    /** The largest number that a used entry of a packed ring can hold. */
    static final int MAX_ID = 0xffff;

    public WrongUsedId {
      if (id < 0 || id > MAX_ID) {
        throw new IllegalArgumentException("a used entry with the id " + id);
      }
    }

    @Override
    public String toString() {
      return "wrong-used-id " + id;
    }
  }

  /**
   * The used entry says another length.
   *
   * @param bytes what it says instead, 0 to 2<sup>32</sup> - 1
   */
  record WrongUsedLength(long bytes) implements UsedEffect {
    /** The largest number that a used entry can hold. */
    static final long MAX_BYTES = 0xffff_ffffL;

    public WrongUsedLength {
      if (bytes < 0 || bytes > MAX_BYTES) {
        throw new IllegalArgumentException("a used entry with the length " + bytes);
      }
    }

    @Override
    public String toString() {
      return "wrong-used-length " + bytes;
    }
  }

  /** The used entry stands there twice. */
  record DuplicateUsed() implements UsedEffect {
    @Override
    public String toString() {
      return "duplicate-used";
    }
  }
}
