package dev.ringside.lab.differ;

import java.util.List;
import java.util.random.RandomGenerator;

/** The few names that operations use, and some that are out of the ordinary. */
final class Names {
  static final List<String> DIRECTORIES = List.of("d0", "d1", "d2");

  private static final int LONGEST = 255;
  private static final List<String> FILES = List.of("a", "b", "c", "d", "e", "f");
  private static final List<String> STRANGE =
      List.of(
          "n".repeat(LONGEST),
          "n".repeat(LONGEST + 1),
          "\u00e4\u00ff\u0080\u0001",
          " ",
          "...",
          "o".repeat(LONGEST - 1));
  private static final List<String> ATTRIBUTES =
      List.of(
          "user.a",
          "user.b",
          "user.c",
          "user.long" + "x".repeat(40),
          "trusted.t",
          "security.s",
          "user.",
          "user." + "y".repeat(LONGEST - "user.".length()),
          "user." + "y".repeat(LONGEST - "user.".length() + 1),
          "unknown.u",
          "system.posix_acl_access",
          "system.posix_acl_default");
  private static final int ORDINARY_ATTRIBUTES = 6;

  /**
   * One is short enough to lie in the inode, one is not, and one is too long for a block of 1 KiB.
   */
  private static final int[] LINK_LENGTHS = {59, 60, 200, 1023, 1024, 2000};

  private final RandomGenerator random;

  Names(RandomGenerator random) {
    this.random = random;
  }

  /** A path whose last name is a file's, more often than not. */
  String path() {
    String last =
        switch (random.nextInt(40)) {
          case 0, 1 -> STRANGE.get(random.nextInt(STRANGE.size()));
          case 2, 3, 4 -> DIRECTORIES.get(random.nextInt(DIRECTORIES.size()));
          case 5 -> ".";
          case 6 -> "a/";
          case 7 -> "d0/../b";
          default -> FILES.get(random.nextInt(FILES.size()));
        };
    return parent() + "/" + last;
  }

  /** A path whose last name is a directory's, more often than not. */
  String directory() {
    return switch (random.nextInt(24)) {
      case 0 -> Operations.BASE;
      case 1 -> path();
      case 2 -> parent() + "/" + DIRECTORIES.getFirst() + "/";
      case 3 -> parent() + "/" + STRANGE.getFirst();
      default -> parent() + "/" + DIRECTORIES.get(random.nextInt(DIRECTORIES.size()));
    };
  }

  private String parent() {
    StringBuilder path = new StringBuilder(Operations.BASE);
    int depth =
        switch (random.nextInt(10)) {
          case 0, 1, 2, 3 -> 0;
          case 4, 5, 6, 7 -> 1;
          case 8 -> 2;
          default -> 3 + random.nextInt(5);
        };
    for (int i = 0; i < depth; i++) {
      List<String> names = random.nextInt(20) == 0 ? FILES : DIRECTORIES;
      path.append('/').append(names.get(random.nextInt(names.size())));
    }
    return path.toString();
  }

  /** Where a symbolic link points to: relative, and up one directory at most. */
  String target() {
    return switch (random.nextInt(10)) {
      case 0 -> "../" + FILES.get(random.nextInt(FILES.size()));
      case 1 -> "/nowhere/" + FILES.get(random.nextInt(FILES.size()));
      case 2, 3 -> "t".repeat(LINK_LENGTHS[random.nextInt(LINK_LENGTHS.length)]);
      case 4, 5 -> DIRECTORIES.get(random.nextInt(DIRECTORIES.size()));
      case 6 ->
          DIRECTORIES.get(random.nextInt(DIRECTORIES.size()))
              + "/"
              + FILES.get(random.nextInt(FILES.size()));
      default -> FILES.get(random.nextInt(FILES.size()));
    };
  }

  /** What the names of many files begin with. */
  String prefix() {
    return random.nextBoolean() ? "m" : "many-files-with-a-rather-long-name-".repeat(3);
  }

  /** The name of an attribute. */
  String attribute() {
    int bound = random.nextInt(5) == 0 ? ATTRIBUTES.size() : ORDINARY_ATTRIBUTES;
    return ATTRIBUTES.get(random.nextInt(bound));
  }
}
