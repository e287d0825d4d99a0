package dev.ringside.lab.crash;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * A hash of a page and its place, made for speed: each word is mixed with a multiplication, half a
 * microsecond for 4 KiB. The hashes of a disk's pages are added up.
 *
 * @param multiplier odd, with its bits well spread
 */
record PageHash(long multiplier) {
  static final PageHash FIRST = new PageHash(0x9e37_79b9_7f4a_7c15L);
  static final PageHash SECOND = new PageHash(0xc2b2_ae3d_27d4_eb4fL);

  private static final VarHandle WORDS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  long of(int index, byte[] page) {
    long hash = mixed(index + 1);
    for (int i = 0; i < page.length; i += Long.BYTES) {
      hash = (hash ^ (long) WORDS.get(page, i)) * multiplier;
      hash ^= hash >>> 29;
    }
    return mixed(hash);
  }

  private long mixed(long value) {
    long mixed = (value ^ (value >>> 32)) * multiplier;
    return mixed ^ (mixed >>> 31);
  }
}
