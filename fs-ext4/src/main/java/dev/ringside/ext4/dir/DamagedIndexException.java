package dev.ringside.ext4.dir;

import dev.ringside.ext4.error.Ext4CorruptedException;

/** The index of a hashed directory is damaged; its names may all be there. */
final class DamagedIndexException extends Exception {
  private static final long serialVersionUID = 1L;

  DamagedIndexException(Ext4CorruptedException cause) {
    super(cause.getMessage(), cause);
  }
}
