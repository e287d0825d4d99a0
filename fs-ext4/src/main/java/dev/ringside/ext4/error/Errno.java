package dev.ringside.ext4.error;

/** The error numbers of POSIX and Linux that filesystem operations fail with. */
public enum Errno {
  ENOENT(2, "no such file or directory"),
  EIO(5, "input/output error"),
  EBADF(9, "already closed"),
  ENOTDIR(20, "not a directory"),
  EISDIR(21, "is a directory"),
  EINVAL(22, "invalid argument"),
  ENAMETOOLONG(36, "name too long"),
  ELOOP(40, "too many levels of symbolic links"),
  EOPNOTSUPP(95, "not supported"),
  /** What Linux calls a filesystem that needs repair. */
  EUCLEAN(117, "structure needs cleaning");

  private final int number;
  private final String meaning;

  Errno(int number, String meaning) {
    this.number = number;
    this.meaning = meaning;
  }

  /** The number that Linux uses on most architectures. */
  public int number() {
    return number;
  }

  /** A few words for a person. */
  public String meaning() {
    return meaning;
  }
}
