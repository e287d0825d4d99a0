package dev.ringside.ext4.xattr;

import java.util.Arrays;
import java.util.Optional;

/** The beginnings of names of attributes, each with the number that stands for it on the disk. */
public enum Namespace {
  USER(1, "user."),
  /** The whole name of one attribute. */
  ACCESS_LIST(2, "system.posix_acl_access"),
  /** The whole name of one attribute, of directories. */
  DEFAULT_LIST(3, "system.posix_acl_default"),
  TRUSTED(4, "trusted."),
  SECURITY(6, "security.");

  private final int index;
  private final String prefix;

  Namespace(int index, String prefix) {
    this.index = index;
    this.prefix = prefix;
  }

  /** What stands for it ({@code e_name_index}). */
  int index() {
    return index;
  }

  String prefix() {
    return prefix;
  }

  /** Whether it is one attribute, an access control list. */
  boolean isList() {
    return this == ACCESS_LIST || this == DEFAULT_LIST;
  }

  static Optional<Namespace> of(int index) {
    return Arrays.stream(values()).filter(space -> space.index == index).findFirst();
  }
}
