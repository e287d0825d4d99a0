package dev.ringside.ext4.error;

import java.io.IOException;

/** An operation failed; {@link #errno} says how, the message says where. */
public sealed class Ext4Exception extends IOException
    permits Ext4CorruptedException, Ext4FrozenException, Ext4UnsupportedException {
  private static final long serialVersionUID = 1L;

  private final Errno errno;

  /**
   * A failure at a named place.
   *
   * @param place a path, or another name of what the operation was about
   */
  public Ext4Exception(Errno errno, String place) {
    this(errno, place, errno.meaning());
  }

  /** A failure at a named place that needs more words than the errno has. */
  public Ext4Exception(Errno errno, String place, String what) {
    super(place + ": " + what);
    this.errno = errno;
  }

  /** The number that the system call would have failed with. */
  public final Errno errno() {
    return errno;
  }
}
