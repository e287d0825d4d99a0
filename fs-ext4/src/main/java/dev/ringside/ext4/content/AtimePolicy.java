package dev.ringside.ext4.content;

/** When reading a file changes its access time. */
public enum AtimePolicy {
  /** When it is older than the last change or than a day. */
  RELATIME,
  /** Always. */
  STRICTATIME,
  /** Never. */
  NOATIME
}
