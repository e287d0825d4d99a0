package dev.ringside.storage;

import dev.ringside.machine.IoVector;
import java.io.IOException;

/**
 * The sectors behind a block device. Positions and lengths are in bytes, multiples of {@link
 * #SECTOR_SIZE}, and inside the storage: the device has checked them. The pieces of a vector may
 * have any length; only their sum is a multiple. One call is one request.
 *
 * <p>Several tasks call at once. What overlapping requests in flight together leave behind is any
 * mix of their sectors, as on a disk.
 *
 * <p>What a storage does not say otherwise, it does by {@link #write}: so a kind or a decorator
 * that overrides only what it must stays right, and offers what it can keep.
 */
public interface Storage extends AutoCloseable {
  /** The unit of everything, in bytes. */
  int SECTOR_SIZE = 512;

  /** Capacity in sectors. */
  long sectors();

  /** Whether everything that changes sectors is refused. */
  boolean readOnly();

  /** Whether {@link #discard} does something. */
  boolean discards();

  /** Whether {@link #secureErase} keeps its promise. */
  default boolean secureErases() {
    return false;
  }

  /** Copies from the storage into memory, as many bytes as the vector holds. */
  void read(long position, IoVector target) throws IOException;

  /** Copies from memory into the storage, as many bytes as the vector holds. */
  void write(long position, IoVector source) throws IOException;

  /** Returns when every write that returned before is durable. */
  void flush() throws IOException;

  /** The content of these sectors is no longer needed; they read as zeros afterwards. */
  void discard(long position, long length) throws IOException;

  /**
   * Makes sectors read as zeros.
   *
   * @param unmap whether the space behind them may be given back, as by {@link #discard}
   */
  default void writeZeroes(long position, long length, boolean unmap) throws IOException {
    for (long done = 0; done < length; ) {
      IoVector zeros = Zeros.vector(length - done);
      write(position + done, zeros);
      done += zeros.bytes();
    }
  }

  /**
   * Overwrites sectors, durably, where they are kept, so that nothing of their content is left in
   * this storage. They read as zeros afterwards.
   *
   * @throws IOException when {@link #secureErases} is false
   */
  default void secureErase(long position, long length) throws IOException {
    throw new IOException("this storage cannot erase securely");
  }

  /**
   * Changes the capacity. Sectors that are added read as zeros; those that are cut off are lost. A
   * request that is in flight across a cut may still be carried out.
   *
   * @throws IOException when this storage cannot change
   */
  default void resize(long sectors) throws IOException {
    throw new IOException("this storage cannot change its capacity");
  }

  @Override
  void close() throws IOException;
}
