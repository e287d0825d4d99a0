package dev.ringside.ext4.error;

/**
 * A change came to a frozen filesystem, before it had changed anything: it begins again after the
 * thaw. No caller sees it but as a cause.
 */
public final class Ext4FrozenException extends Ext4Exception {
  private static final long serialVersionUID = 1L;

  /** A change that has to wait. */
  public Ext4FrozenException() {
    super(Errno.EBUSY, "filesystem", "it is frozen");
  }
}
