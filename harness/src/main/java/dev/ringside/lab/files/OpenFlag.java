package dev.ringside.lab.files;

import java.util.ArrayList;
import java.util.List;

/** The flags of {@code open} that have to do with a filesystem, as Linux numbers them on x86-64. */
public final class OpenFlag {
  public static final int WRITE_ONLY = 0x1;
  public static final int READ_WRITE = 0x2;
  public static final int ACCESS_MASK = 0x3;
  public static final int CREATE = 0x40;
  public static final int EXCLUSIVE = 0x80;
  public static final int TRUNCATE = 0x200;
  public static final int APPEND = 0x400;
  public static final int NON_BLOCKING = 0x800;
  public static final int DATA_SYNC = 0x1000;
  public static final int DIRECTORY = 0x1_0000;
  public static final int NO_FOLLOW = 0x2_0000;
  public static final int NO_ACCESS_TIME = 0x4_0000;
  public static final int SYNC = 0x10_1000;
  public static final int TEMPORARY = 0x41_0000;

  private OpenFlag() {}

  /** In words, for reports. */
  public static String toString(int flags) {
    List<String> words = new ArrayList<>();
    words.add(
        switch (flags & ACCESS_MASK) {
          case 0 -> "RDONLY";
          case WRITE_ONLY -> "WRONLY";
          case READ_WRITE -> "RDWR";
          default -> "ACCMODE";
        });
    int[] bits = {
      CREATE, EXCLUSIVE, TRUNCATE, APPEND, NO_FOLLOW, NO_ACCESS_TIME, TEMPORARY, DIRECTORY, SYNC
    };
    String[] names = {
      "CREAT", "EXCL", "TRUNC", "APPEND", "NOFOLLOW", "NOATIME", "TMPFILE", "DIRECTORY", "SYNC"
    };
    int left = flags;
    for (int i = 0; i < bits.length; i++) {
      if ((left & bits[i]) == bits[i]) {
        words.add(names[i]);
        left &= ~bits[i];
      }
    }
    if ((left & DATA_SYNC) != 0) {
      words.add("DSYNC");
    }
    return String.join("|", words);
  }
}
