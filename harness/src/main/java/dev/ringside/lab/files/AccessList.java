package dev.ringside.lab.files;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** A POSIX access control list in the form that {@code setxattr} takes: version 2 of Linux. */
public final class AccessList {
  public static final String ACCESS = "system.posix_acl_access";
  public static final String DEFAULT = "system.posix_acl_default";

  public static final int USER_OWNER = 0x01;
  public static final int USER = 0x02;
  public static final int GROUP_OWNER = 0x04;
  public static final int GROUP = 0x08;
  public static final int MASK = 0x10;
  public static final int OTHER = 0x20;

  /** In the place of an id where the tag has none. */
  public static final int NO_ID = -1;

  private static final int VERSION = 2;
  private static final int ENTRY_SIZE = 8;

  private AccessList() {}

  /**
   * An entry.
   *
   * @param permissions 4 for reading, 2 for writing, 1 for executing
   */
  public record Entry(int tag, int permissions, int id) {}

  public static byte[] toBytes(List<Entry> entries) {
    ByteBuffer bytes =
        ByteBuffer.allocate(Integer.BYTES + ENTRY_SIZE * entries.size())
            .order(ByteOrder.LITTLE_ENDIAN)
            .putInt(VERSION);
    for (Entry entry : entries) {
      bytes.putShort((short) entry.tag()).putShort((short) entry.permissions()).putInt(entry.id());
    }
    return bytes.array();
  }
}
