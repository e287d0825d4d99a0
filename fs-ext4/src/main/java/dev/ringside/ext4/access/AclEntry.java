package dev.ringside.ext4.access;

/**
 * An entry of an access control list.
 *
 * @param permissions three bits
 * @param id of the user or group; {@link #NO_ID} for entries that name none
 */
public record AclEntry(AclTag tag, int permissions, long id) {
  /** Stands for no user and no group. */
  public static final long NO_ID = 0xffff_ffffL;

  /** The same entry with other permissions, of which three bits count. */
  AclEntry with(int other) {
    return new AclEntry(tag, other & 7, id);
  }
}
