package dev.ringside.virtio.vfio;

/** A command that is answered with an error; the connection goes on. */
final class RefusedException extends Exception {
  private static final long serialVersionUID = 1L;

  static final int EIO = 5;
  static final int E2BIG = 7;
  static final int EEXIST = 17;
  static final int ENOENT = 2;
  static final int EINVAL = 22;
  static final int ENOTTY = 25;
  static final int ENOSPC = 28;
  static final int EOPNOTSUPP = 95;

  private final int errno;

  /**
   * A refusal.
   *
   * @param errno what the reply says
   */
  RefusedException(int errno, String why) {
    super(why);
    this.errno = errno;
  }

  /** What is wrong with a command's own numbers. */
  static RefusedException invalid(String why) {
    return new RefusedException(EINVAL, why);
  }

  int errno() {
    return errno;
  }
}
