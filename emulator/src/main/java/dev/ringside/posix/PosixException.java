package dev.ringside.posix;

import java.io.IOException;
import java.io.Serial;

/** A system call that failed: which one, on what, and with which error number. */
public final class PosixException extends IOException {
  @Serial private static final long serialVersionUID = 1L;

  private final int errno;

  /**
   * A failure.
   *
   * @param call what was tried, and on what: "connect to /run/disk.sock"
   * @param errno one of {@link Errno}
   */
  public PosixException(String call, int errno) {
    super("%s failed: %s".formatted(call, Errno.name(errno)));
    this.errno = errno;
  }

  /** One of {@link Errno}. */
  public int errno() {
    return errno;
  }
}
