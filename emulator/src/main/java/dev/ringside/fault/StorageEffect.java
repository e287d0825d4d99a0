package dev.ringside.fault;

import static dev.ringside.fault.FaultOperation.DISCARD;
import static dev.ringside.fault.FaultOperation.FLUSH;
import static dev.ringside.fault.FaultOperation.READ;
import static dev.ringside.fault.FaultOperation.SECURE_ERASE;
import static dev.ringside.fault.FaultOperation.WRITE;
import static dev.ringside.fault.FaultOperation.WRITE_ZEROES;

import java.util.Set;

/**
 * What goes wrong between a device and its sectors. Where several happen to one request, they add
 * up: a request can be late and torn.
 */
public sealed interface StorageEffect extends FaultEffect {
  /** The request fails, and changes nothing. */
  record IoError() implements StorageEffect {
    @Override
    public Set<FaultOperation> operations() {
      return Set.of(READ, WRITE, FLUSH, DISCARD, WRITE_ZEROES, SECURE_ERASE);
    }

    @Override
    public String toString() {
      return "io-error";
    }
  }

  /**
   * The request's sectors that the rule selects become unreadable, each until it is written again.
   * A read that selects them fails at once; a write that does has succeeded.
   */
  record LatentError() implements StorageEffect {
    @Override
    public Set<FaultOperation> operations() {
      return Set.of(READ, WRITE);
    }

    @Override
    public String toString() {
      return "latent-error";
    }
  }

  /**
   * Bits of one of the request's sectors flip where they are stored: before a read, after a write.
   *
   * @param bits how many different ones, 1 to 4096
   */
  record BitRot(int bits) implements StorageEffect {
    /** All bits of a sector. */
    static final int MAX_BITS = 512 * Byte.SIZE;

    public BitRot {
      if (bits < 1 || bits > MAX_BITS) {
        throw new IllegalArgumentException("bit rot of %d bits in a sector".formatted(bits));
      }
    }

    @Override
    public Set<FaultOperation> operations() {
      return Set.of(READ, WRITE);
    }

    @Override
    public String toString() {
      return "bit-rot " + bits;
    }
  }

  /**
   * Only the first bytes of a write are stored.
   *
   * @param bytes how many; a whole number of sectors tears at a sector's boundary. 0 or more; a
   *     shorter write is stored as a whole
   * @param reported whether the request fails, or says that all is well
   */
  record TornWrite(long bytes, boolean reported) implements StorageEffect {
    public TornWrite {
      if (bytes < 0) {
        throw new IllegalArgumentException("a write torn at byte " + bytes);
      }
    }

    @Override
    public Set<FaultOperation> operations() {
      return Set.of(WRITE);
    }

    @Override
    public String toString() {
      return "torn-write " + bytes + (reported ? " reported" : "");
    }
  }

  /** The request says that all is well, and changes nothing. */
  record DroppedWrite() implements StorageEffect {
    @Override
    public Set<FaultOperation> operations() {
      return Set.of(WRITE, DISCARD, WRITE_ZEROES, SECURE_ERASE);
    }

    @Override
    public String toString() {
      return "dropped-write";
    }
  }

  /**
   * The request goes to other sectors than it says.
   *
   * @param sectors how far away, negative for before; past an end of the disk it goes on at the
   *     other
   */
  record Misdirected(long sectors) implements StorageEffect {
    @Override
    public Set<FaultOperation> operations() {
      return Set.of(READ, WRITE);
    }

    @Override
    public String toString() {
      return "misdirected " + sectors;
    }
  }

  /**
   * A read returns what its sectors held before they were last changed; sectors that were not
   * changed since the plan is in force as they are.
   */
  record StaleRead() implements StorageEffect {
    @Override
    public Set<FaultOperation> operations() {
      return Set.of(READ);
    }

    @Override
    public String toString() {
      return "stale-read";
    }
  }

  /** A flush says that all is well, and makes nothing durable. */
  record LostFlush() implements StorageEffect {
    @Override
    public Set<FaultOperation> operations() {
      return Set.of(FLUSH);
    }

    @Override
    public String toString() {
      return "lost-flush";
    }
  }

  /** After the request the write cache drains, though nobody asked for it. */
  record EarlyFlush() implements StorageEffect {
    @Override
    public Set<FaultOperation> operations() {
      return Set.of(READ, WRITE, DISCARD, WRITE_ZEROES, SECURE_ERASE);
    }

    @Override
    public String toString() {
      return "early-flush";
    }
  }

  /**
   * The request takes longer.
   *
   * @param nanoseconds by how much, positive
   */
  record Delay(long nanoseconds) implements StorageEffect {
    public Delay {
      FaultTime.requirePositive(nanoseconds);
    }

    @Override
    public Set<FaultOperation> operations() {
      return Set.of(READ, WRITE, FLUSH, DISCARD, WRITE_ZEROES, SECURE_ERASE);
    }

    @Override
    public String toString() {
      return "delay " + FaultTime.text(nanoseconds);
    }
  }
}
