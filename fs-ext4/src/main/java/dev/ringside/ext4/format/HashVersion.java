package dev.ringside.ext4.format;

import java.util.Optional;

/** How the names of a hashed directory are hashed ({@code dx_root.info.hash_version}). */
public enum HashVersion {
  LEGACY,
  HALF_MD4,
  TEA;

  /** The version that a directory's root names by number, if it is known. */
  public static Optional<HashVersion> of(int number) {
    HashVersion[] versions = values();
    return number < versions.length ? Optional.of(versions[number]) : Optional.empty();
  }

  /** The number that stands for it. */
  int number() {
    return switch (this) {
      case LEGACY -> 0;
      case HALF_MD4 -> 1;
      case TEA -> 2;
    };
  }
}
