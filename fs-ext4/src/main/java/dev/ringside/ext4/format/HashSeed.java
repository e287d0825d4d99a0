package dev.ringside.ext4.format;

/**
 * What a directory hash starts from ({@code s_hash_seed}): four words.
 *
 * @param a first word
 * @param b second word
 * @param c third word
 * @param d fourth word
 */
public record HashSeed(int a, int b, int c, int d) {
  /** MD4's initial state (RFC 1320, section 3.3), used when the superblock's seed is all zero. */
  public static final HashSeed DEFAULT =
      new HashSeed(0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476);

  /** This seed, or {@link #DEFAULT} in place of zero. */
  public HashSeed orDefault() {
    return (a | b | c | d) == 0 ? DEFAULT : this;
  }
}
