package dev.ringside.virtio.spec;

/**
 * What GET_LIFETIME returns (virtio 1.4, section 5.2.6), little-endian.
 *
 * <pre>
 *   0              2                            4                            6
 *   | pre_eol_info | device_lifetime_est_typ_a  | device_lifetime_est_typ_b  |
 * </pre>
 */
public final class BlkLifetimeLayout {
  public static final int PRE_EOL_INFO = 0;

  /** Wear of single-level cells: 0, or the tenth of the lifetime that is being used, from 1 on. */
  public static final int TYPE_A = 2;

  /** Wear of multi-level cells, in the same steps. */
  public static final int TYPE_B = 4;

  public static final int SIZE = 6;

  /** {@link #PRE_EOL_INFO}: not available. */
  public static final int PRE_EOL_UNDEFINED = 0;

  /** {@link #PRE_EOL_INFO}: less than 80 % of the reserved blocks are consumed. */
  public static final int PRE_EOL_NORMAL = 1;

  /** {@link #PRE_EOL_INFO}: 80 % of the reserved blocks are consumed. */
  public static final int PRE_EOL_WARNING = 2;

  /** {@link #PRE_EOL_INFO}: 90 % of the reserved blocks are consumed. */
  public static final int PRE_EOL_URGENT = 3;

  /** {@link #TYPE_A} and {@link #TYPE_B}: not available. */
  public static final int WEAR_UNDEFINED = 0;

  /** {@link #TYPE_A} and {@link #TYPE_B}: the estimated lifetime is exceeded. */
  public static final int WEAR_EXCEEDED = 11;

  private BlkLifetimeLayout() {}
}
