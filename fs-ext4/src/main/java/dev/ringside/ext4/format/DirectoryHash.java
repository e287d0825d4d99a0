package dev.ringside.ext4.format;

/**
 * The hash of a name in a hashed directory.
 *
 * <p>The bit at the bottom of {@link #major} is always clear: in an index it says that a run of
 * equal hashes continues from the leaf before. The largest value is kept free as an end mark.
 *
 * <p>MD4's functions are those of RFC 1320, section 3.4, with eight of its sixteen steps in each
 * round; TEA is that of Wheeler and Needham's "TEA, a Tiny Encryption Algorithm", with half of its
 * rounds.
 *
 * @param major what the index is sorted by; 32 bits, unsigned
 * @param minor more bits of the same hash; 0 for {@link HashVersion#LEGACY}
 */
public record DirectoryHash(int major, int minor) {
  private static final int END_MARK = 0xffff_fffe;
  private static final int BEFORE_END_MARK = 0xffff_fffc;

  private static final int MD4_CHUNK_WORDS = 8;
  private static final int MD4_ROUND_2 = 0x5a82_7999;
  private static final int MD4_ROUND_3 = 0x6ed9_eba1;
  private static final int[] MD4_ORDER_1 = {0, 1, 2, 3, 4, 5, 6, 7};
  private static final int[] MD4_ORDER_2 = {1, 3, 5, 7, 0, 2, 4, 6};
  private static final int[] MD4_ORDER_3 = {3, 7, 2, 6, 1, 5, 0, 4};

  private static final int TEA_CHUNK_WORDS = 4;
  private static final int TEA_DELTA = 0x9e37_79b9;
  private static final int TEA_ROUNDS = 16;

  private static final int LEGACY_FIRST = 0x12a3_fe2d;
  private static final int LEGACY_SECOND = 0x37ab_e8f9;
  private static final int LEGACY_FACTOR = 7_152_373;

  /**
   * Hashes a name.
   *
   * @param unsigned whether its bytes count as unsigned ({@link Superblock#unsignedHash})
   */
  public static DirectoryHash of(
      ByteString name, HashVersion version, boolean unsigned, HashSeed seed) {
    return switch (version) {
      case LEGACY -> ofRaw(legacy(name, unsigned), 0);
      case HALF_MD4 -> halfMd4(name, unsigned, seed.orDefault());
      case TEA -> tea(name, unsigned, seed.orDefault());
    };
  }

  private static DirectoryHash ofRaw(int major, int minor) {
    int cleared = major & ~1;
    return new DirectoryHash(cleared == END_MARK ? BEFORE_END_MARK : cleared, minor);
  }

  private static int legacy(ByteString name, boolean unsigned) {
    int current = LEGACY_FIRST;
    int previous = LEGACY_SECOND;
    for (int i = 0; i < name.length(); i++) {
      int next = previous + (current ^ (byteAt(name, i, unsigned) * LEGACY_FACTOR));
      // A sum of 2^31 or more wraps around 2^31 - 1.
      if (next < 0) {
        next -= 0x7fff_ffff;
      }
      previous = current;
      current = next;
    }
    return current << 1;
  }

  private static DirectoryHash halfMd4(ByteString name, boolean unsigned, HashSeed seed) {
    int[] state = {seed.a(), seed.b(), seed.c(), seed.d()};
    int[] words = new int[MD4_CHUNK_WORDS];
    for (int start = 0; start < name.length(); start += MD4_CHUNK_WORDS * Integer.BYTES) {
      fill(words, name, start, unsigned);
      md4Rounds(state, words);
    }
    return ofRaw(state[1], state[2]);
  }

  private static void md4Rounds(int[] state, int[] words) {
    int a = state[0];
    int b = state[1];
    int c = state[2];
    int d = state[3];
    for (int i = 0; i < MD4_CHUNK_WORDS; i += 4) {
      a = Integer.rotateLeft(a + choose(b, c, d) + words[MD4_ORDER_1[i]], 3);
      d = Integer.rotateLeft(d + choose(a, b, c) + words[MD4_ORDER_1[i + 1]], 7);
      c = Integer.rotateLeft(c + choose(d, a, b) + words[MD4_ORDER_1[i + 2]], 11);
      b = Integer.rotateLeft(b + choose(c, d, a) + words[MD4_ORDER_1[i + 3]], 19);
    }
    for (int i = 0; i < MD4_CHUNK_WORDS; i += 4) {
      a = Integer.rotateLeft(a + majority(b, c, d) + words[MD4_ORDER_2[i]] + MD4_ROUND_2, 3);
      d = Integer.rotateLeft(d + majority(a, b, c) + words[MD4_ORDER_2[i + 1]] + MD4_ROUND_2, 5);
      c = Integer.rotateLeft(c + majority(d, a, b) + words[MD4_ORDER_2[i + 2]] + MD4_ROUND_2, 9);
      b = Integer.rotateLeft(b + majority(c, d, a) + words[MD4_ORDER_2[i + 3]] + MD4_ROUND_2, 13);
    }
    for (int i = 0; i < MD4_CHUNK_WORDS; i += 4) {
      a = Integer.rotateLeft(a + (b ^ c ^ d) + words[MD4_ORDER_3[i]] + MD4_ROUND_3, 3);
      d = Integer.rotateLeft(d + (a ^ b ^ c) + words[MD4_ORDER_3[i + 1]] + MD4_ROUND_3, 9);
      c = Integer.rotateLeft(c + (d ^ a ^ b) + words[MD4_ORDER_3[i + 2]] + MD4_ROUND_3, 11);
      b = Integer.rotateLeft(b + (c ^ d ^ a) + words[MD4_ORDER_3[i + 3]] + MD4_ROUND_3, 15);
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
  }

  /** RFC 1320's F: y where x is set, z elsewhere. */
  private static int choose(int x, int y, int z) {
    return (x & y) | (~x & z);
  }

  /** RFC 1320's G: what at least two of the three have. */
  private static int majority(int x, int y, int z) {
    return (x & y) | (x & z) | (y & z);
  }

  private static DirectoryHash tea(ByteString name, boolean unsigned, HashSeed seed) {
    int first = seed.a();
    int second = seed.b();
    int[] key = new int[TEA_CHUNK_WORDS];
    for (int start = 0; start < name.length(); start += TEA_CHUNK_WORDS * Integer.BYTES) {
      fill(key, name, start, unsigned);
      int y = first;
      int z = second;
      int sum = 0;
      for (int round = 0; round < TEA_ROUNDS; round++) {
        sum += TEA_DELTA;
        y += ((z << 4) + key[0]) ^ (z + sum) ^ ((z >>> 5) + key[1]);
        z += ((y << 4) + key[2]) ^ (y + sum) ^ ((y >>> 5) + key[3]);
      }
      first += y;
      second += z;
    }
    return ofRaw(first, second);
  }

  /**
   * Packs the next bytes of a name into words, the first byte on top. What is left over consists of
   * the number of bytes that were left of the name here, repeated in every byte; a last word that
   * is filled in part has its share of that on top.
   */
  private static void fill(int[] words, ByteString name, int start, boolean unsigned) {
    int left = name.length() - start;
    int padding = (left | (left << 8)) * 0x0001_0001;
    for (int word = 0; word < words.length; word++) {
      int value = padding;
      int from = start + word * Integer.BYTES;
      int to = Math.min(from + Integer.BYTES, name.length());
      for (int i = from; i < to; i++) {
        // A sum, not an "or": a negative byte borrows from the bytes above it.
        value = (value << 8) + byteAt(name, i, unsigned);
      }
      words[word] = value;
    }
  }

  private static int byteAt(ByteString name, int index, boolean unsigned) {
    return unsigned ? name.byteAt(index) & 0xff : name.byteAt(index);
  }
}
