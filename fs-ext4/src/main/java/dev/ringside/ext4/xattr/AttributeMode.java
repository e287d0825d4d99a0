package dev.ringside.ext4.xattr;

/** What setting an extended attribute expects. */
public enum AttributeMode {
  /** It is made or replaced. */
  ANY,
  /** There is none yet. */
  CREATE,
  /** There is one. */
  REPLACE
}
