package dev.ringside.ext4;

/** How a file is opened: the flags of open(2). */
public enum OpenFlag {
  READ,
  WRITE,
  /** Every write goes to the end of the file. */
  APPEND,
  /** The file is made when there is none. */
  CREATE,
  /** With {@link #CREATE}: there must be no file, not even a symbolic link. */
  EXCLUSIVE,
  /** A regular file is cut to nothing. */
  TRUNCATE,
  /** The file must be a directory. */
  DIRECTORY,
  /** The last name must not be a symbolic link, unless {@link #PATH} is given, too. */
  NOFOLLOW,
  /** Reading does not change the access time; for the owner only. */
  NOATIME,
  /** Every write lasts when it returns, with all that is known about the file. */
  SYNC,
  /** Every write lasts when it returns, with what is needed to read it again. */
  DSYNC,
  /** The file is only named: for stat, and as the place of other operations. */
  PATH
}
