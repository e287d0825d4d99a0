package dev.ringside.storage;

/** What a storage is asked for, as far as the time that it takes depends on it. */
public enum StorageOperation {
  READ,
  WRITE,
  FLUSH,
  /** Discard, write zeroes, secure erase: no data comes along. */
  RANGE
}
