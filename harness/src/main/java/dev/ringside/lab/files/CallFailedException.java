package dev.ringside.lab.files;

import dev.ringside.ext4.error.Errno;
import java.io.IOException;
import java.util.Arrays;

/** A call failed. */
public final class CallFailedException extends IOException {
  private static final long serialVersionUID = 1L;

  private final int errno;

  /** A failure with an errno of Linux. */
  public CallFailedException(int errno) {
    super(nameOf(errno));
    this.errno = errno;
  }

  /** A failure of Ringside's; the cause says where. */
  public CallFailedException(int errno, Throwable cause) {
    super(nameOf(errno), cause);
    this.errno = errno;
  }

  public int errno() {
    return errno;
  }

  /** The symbol of an errno, or its number when it has none here. */
  public static String nameOf(int errno) {
    return Arrays.stream(Errno.values())
        .filter(known -> known.number() == errno)
        .map(Errno::name)
        .findFirst()
        .orElse("errno " + errno);
  }
}
