package dev.ringside.lab.differ;

import static dev.ringside.lab.files.AccessList.GROUP;
import static dev.ringside.lab.files.AccessList.GROUP_OWNER;
import static dev.ringside.lab.files.AccessList.MASK;
import static dev.ringside.lab.files.AccessList.NO_ID;
import static dev.ringside.lab.files.AccessList.OTHER;
import static dev.ringside.lab.files.AccessList.USER;
import static dev.ringside.lab.files.AccessList.USER_OWNER;

import dev.ringside.lab.files.AccessList;
import dev.ringside.lab.files.AccessList.Entry;
import java.util.ArrayList;
import java.util.List;

/** Access control lists to choose from: sound ones, and some that must be refused. */
final class AccessLists {
  private static final int READ_WRITE = 6;
  private static final int READ_EXECUTE = 5;
  private static final int ALL = 7;

  /** The number of choices. */
  static final int COUNT = 8;

  /** One of them is larger than an inode of 256 bytes has room for. */
  private static final int MANY_USERS = 40;

  private AccessLists() {}

  static byte[] of(int choice) {
    return switch (choice) {
      case 0 -> minimal(READ_WRITE, READ_EXECUTE, 0);
      case 1 -> minimal(ALL, ALL, ALL);
      case 2 -> extended(ALL, new Entry(USER, READ_WRITE, 1000));
      case 3 -> extended(READ_EXECUTE, new Entry(USER, ALL, 1001), new Entry(GROUP, 0, 2000));
      case 4 -> extended(0, new Entry(GROUP, ALL, 100), new Entry(GROUP, READ_WRITE, 2000));
      case 5 -> many();
      // Without a mask, though it names a user.
      case 6 ->
          AccessList.toBytes(
              List.of(
                  new Entry(USER_OWNER, ALL, NO_ID),
                  new Entry(USER, ALL, 1000),
                  new Entry(GROUP_OWNER, ALL, NO_ID),
                  new Entry(OTHER, ALL, NO_ID)));
      case 7 -> new byte[] {2, 0, 0, 0, 1};
      default -> throw new IllegalArgumentException("choice " + choice);
    };
  }

  private static byte[] minimal(int owner, int group, int other) {
    return AccessList.toBytes(
        List.of(
            new Entry(USER_OWNER, owner, NO_ID),
            new Entry(GROUP_OWNER, group, NO_ID),
            new Entry(OTHER, other, NO_ID)));
  }

  private static byte[] extended(int mask, Entry... named) {
    List<Entry> entries = new ArrayList<>();
    entries.add(new Entry(USER_OWNER, ALL, NO_ID));
    for (Entry entry : named) {
      if (entry.tag() == USER) {
        entries.add(entry);
      }
    }
    entries.add(new Entry(GROUP_OWNER, READ_EXECUTE, NO_ID));
    for (Entry entry : named) {
      if (entry.tag() == GROUP) {
        entries.add(entry);
      }
    }
    entries.add(new Entry(MASK, mask, NO_ID));
    entries.add(new Entry(OTHER, 0, NO_ID));
    return AccessList.toBytes(entries);
  }

  private static byte[] many() {
    Entry[] users = new Entry[MANY_USERS];
    for (int i = 0; i < MANY_USERS; i++) {
      users[i] = new Entry(USER, i % (ALL + 1), 3000 + i);
    }
    return extended(ALL, users);
  }
}
