package dev.ringside.ext4;

/** What becomes of a mount that meets damage while it writes. */
public enum ErrorsPolicy {
  /** It becomes read-only. */
  REMOUNT_READ_ONLY,
  /** It goes on, as far as the operation that met the damage has changed nothing yet. */
  CONTINUE
}
