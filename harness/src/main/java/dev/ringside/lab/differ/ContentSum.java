package dev.ringside.lab.differ;

import dev.ringside.ext4.error.Errno;
import dev.ringside.lab.files.CallFailedException;
import dev.ringside.lab.files.FileCalls;
import dev.ringside.lab.files.Whence;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * A checksum of a file's content that takes no longer for a huge hole: pieces of zeros count for
 * nothing, and every other piece together with its place. A file that is not huge is read from end
 * to end; where the data of a larger one is, the filesystem is asked.
 */
final class ContentSum {
  private static final long HUGE = 16L << 20;

  private ContentSum() {}

  /** Whether the sum of a file of that size depends on what is said about holes. */
  static boolean asksForData(long size) {
    return size > HUGE;
  }

  /**
   * Sums a file up.
   *
   * @param piece how much is read at once; only sums with the same one can be compared
   */
  static String of(FileCalls calls, int handle, long size, int piece) throws CallFailedException {
    CRC32C sum = new CRC32C();
    byte[] content = new byte[piece];
    byte[] zeros = new byte[piece];
    ByteBuffer place = ByteBuffer.allocate(Long.BYTES);
    long position = 0;
    while (position < size) {
      long data = asksForData(size) ? data(calls, handle, position) : position;
      if (data < 0) {
        break;
      }
      position = Math.max(position, data - data % piece);
      Arrays.fill(content, (byte) 0);
      int count = calls.read(handle, content, position);
      if (count == 0) {
        return "content ends at %d, before its size %d".formatted(position, size);
      }
      if (!Arrays.equals(content, zeros)) {
        sum.update(place.putLong(0, position).rewind());
        sum.update(content);
      }
      position += piece;
    }
    return "size %d, crc32c %08x".formatted(size, sum.getValue());
  }

  private static long data(FileCalls calls, int handle, long position) throws CallFailedException {
    try {
      return calls.seek(handle, position, Whence.DATA);
    } catch (CallFailedException none) {
      if (none.errno() == Errno.ENXIO.number()) {
        return -1;
      }
      throw none;
    }
  }
}
