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
 */
public interface Storage extends AutoCloseable {
  /** The unit of everything, in bytes. */
  int SECTOR_SIZE = 512;

  /** Capacity in sectors. */
  long sectors();

  /** Whether {@link #write} and {@link #discard} are refused. */
  boolean readOnly();

  /** Whether {@link #discard} does something. */
  boolean discards();

  /** Copies from the storage into memory, as many bytes as the vector holds. */
  void read(long position, IoVector target) throws IOException;

  /** Copies from memory into the storage, as many bytes as the vector holds. */
  void write(long position, IoVector source) throws IOException;

  /** Returns when every write that returned before is durable. */
  void flush() throws IOException;

  /** The content of these sectors is no longer needed; they read as zeros afterwards. */
  void discard(long position, long length) throws IOException;

  @Override
  void close() throws IOException;
}
