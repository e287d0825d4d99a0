package dev.ringside.ext4.access;

import java.util.Arrays;
import java.util.Optional;

/** Whom an entry of an access control list is about, in the order of the entries. */
public enum AclTag {
  /** The owner. */
  USER_OBJ(0x01),
  /** A user by number. */
  USER(0x02),
  /** The file's group. */
  GROUP_OBJ(0x04),
  /** A group by number. */
  GROUP(0x08),
  /** The most that users and groups by number, and the file's group, may do. */
  MASK(0x10),
  /** Everybody else. */
  OTHER(0x20);

  private final int number;

  AclTag(int number) {
    this.number = number;
  }

  /** What stands for it in both forms ({@code e_tag}). */
  int number() {
    return number;
  }

  /** Whether its entries name a user or group. */
  boolean hasId() {
    return this == USER || this == GROUP;
  }

  static Optional<AclTag> of(int number) {
    return Arrays.stream(values()).filter(tag -> tag.number == number).findFirst();
  }
}
