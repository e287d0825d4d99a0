package dev.ringside.ext4.error;

/**
 * The image is sound as far as seen, but uses what Ringside does not support; names the feature.
 */
public final class Ext4UnsupportedException extends Ext4Exception {
  private static final long serialVersionUID = 1L;

  /**
   * A refusal.
   *
   * @param feature by the name that mke2fs gives it
   * @param what why, and what to do about it
   */
  public Ext4UnsupportedException(String feature, String what) {
    super(Errno.EOPNOTSUPP, feature, what);
  }
}
