package dev.ringside.ext4;

/** Whether a path's last name is followed when it is a symbolic link. */
public enum LinkPolicy {
  /** The operation is about the file that the link leads to. */
  FOLLOW,
  /** The operation is about the link. A slash behind the name follows it all the same. */
  KEEP
}
