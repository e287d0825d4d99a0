package dev.ringside.ext4.error;

/** The error numbers of POSIX and Linux that filesystem operations fail with. */
public enum Errno {
  EPERM(1, "operation not permitted"),
  ENOENT(2, "no such file or directory"),
  EINTR(4, "interrupted"),
  EIO(5, "input/output error"),
  ENXIO(6, "no such device or address"),
  E2BIG(7, "too long"),
  EBADF(9, "bad file descriptor"),
  EACCES(13, "permission denied"),
  EBUSY(16, "busy"),
  EEXIST(17, "file exists"),
  EXDEV(18, "on another filesystem"),
  ENODEV(19, "no such device"),
  ENOTDIR(20, "not a directory"),
  EISDIR(21, "is a directory"),
  EINVAL(22, "invalid argument"),
  ETXTBSY(26, "text file busy"),
  EFBIG(27, "file too large"),
  ENOSPC(28, "no space left on device"),
  EROFS(30, "read-only filesystem"),
  EMLINK(31, "too many links"),
  ERANGE(34, "result too large"),
  ENAMETOOLONG(36, "name too long"),
  ENOTEMPTY(39, "directory not empty"),
  ELOOP(40, "too many levels of symbolic links"),
  ENODATA(61, "no such attribute"),
  EOVERFLOW(75, "value too large"),
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
