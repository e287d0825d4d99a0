package dev.ringside.ext4.access;

import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4CorruptedException;
import dev.ringside.ext4.error.Ext4Exception;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.ToIntFunction;

/**
 * A POSIX access control list (POSIX.1e, draft 17), as it is on the disk and as programs see it.
 *
 * <pre>
 *  on the disk                    version 1 (4 bytes), then entries: tag permissions (2 bytes each),
 *                                 and only for users and groups by number id (4 bytes)
 *  the attribute's value          version 2 (4 bytes), then entries: tag permissions id
 * </pre>
 *
 * <p>A list is valid: its entries are in the order of {@link AclTag}; there is one for the owner,
 * one for the group, one for the others, and one mask if somebody is named.
 */
public record Acl(List<AclEntry> entries) {
  private static final int DISK_VERSION = 1;
  private static final int VALUE_VERSION = 2;
  private static final int HEADER_SIZE = 4;
  private static final int SHORT_ENTRY_SIZE = 4;
  private static final int ENTRY_SIZE = 8;
  private static final int ALL = 7;

  /** Copies the entries. */
  public Acl {
    entries = List.copyOf(entries);
  }

  /**
   * Whether a value has entries, as far as can be told before anything is known about the file.
   *
   * @throws Ext4Exception with {@link Errno#EINVAL} when no list looks so, with {@link
   *     Errno#EOPNOTSUPP} when it has another version
   */
  public static boolean isList(byte[] value) throws Ext4Exception {
    return !parse(value).isEmpty();
  }

  /**
   * A list that a program sets; empty stands for none.
   *
   * @throws Ext4Exception as {@link #isList}, and with {@link Errno#EINVAL} when it is not valid
   */
  public static Optional<Acl> ofValue(byte[] value) throws Ext4Exception {
    List<AclEntry> entries = parse(value);
    if (entries.isEmpty()) {
      return Optional.empty();
    }
    Acl acl = new Acl(entries);
    acl.validate();
    return Optional.of(acl);
  }

  private static List<AclEntry> parse(byte[] value) throws Ext4Exception {
    if (value.length < HEADER_SIZE) {
      throw invalid(value.length + " bytes");
    }
    ByteBuffer bytes = ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN);
    int version = bytes.getInt();
    if (version != VALUE_VERSION) {
      throw new Ext4Exception(Errno.EOPNOTSUPP, "access control list", "version " + version);
    }
    if (bytes.remaining() % ENTRY_SIZE != 0) {
      throw invalid(value.length + " bytes");
    }
    List<AclEntry> entries = new ArrayList<>();
    while (bytes.hasRemaining()) {
      int tag = bytes.getShort() & 0xffff;
      int permissions = bytes.getShort() & 0xffff;
      entries.add(entry(tag, permissions, bytes.getInt() & AclEntry.NO_ID));
    }
    return entries;
  }

  private static AclEntry entry(int number, int permissions, long id) throws Ext4Exception {
    AclTag tag = AclTag.of(number).orElseThrow(() -> invalid("tag " + number));
    return new AclEntry(tag, permissions, tag.hasId() ? id : AclEntry.NO_ID);
  }

  private static Ext4Exception invalid(String what) {
    return new Ext4Exception(Errno.EINVAL, "access control list", what);
  }

  private void validate() throws Ext4Exception {
    int[] counts = new int[AclTag.values().length];
    AclTag last = AclTag.USER_OBJ;
    for (AclEntry entry : entries) {
      if (entry.permissions() > ALL || (entry.tag().hasId() && entry.id() == AclEntry.NO_ID)) {
        throw invalid(entry.toString());
      }
      if (entry.tag().compareTo(last) < 0) {
        throw invalid(entry.tag() + " behind " + last);
      }
      last = entry.tag();
      counts[indexOf(last)]++;
    }
    boolean named = counts[indexOf(AclTag.USER)] + counts[indexOf(AclTag.GROUP)] > 0;
    boolean complete =
        counts[indexOf(AclTag.USER_OBJ)] == 1
            && counts[indexOf(AclTag.GROUP_OBJ)] == 1
            && counts[indexOf(AclTag.OTHER)] == 1;
    int masks = counts[indexOf(AclTag.MASK)];
    if (!complete || masks > 1 || (named && masks == 0)) {
      throw invalid("an entry is missing, or there twice");
    }
  }

  private static int indexOf(AclTag tag) {
    return List.of(AclTag.values()).indexOf(tag);
  }

  /**
   * A list as it is on the disk; empty stands for none.
   *
   * @param structure whose it is, for the message
   */
  public static Optional<Acl> ofDisk(byte[] stored, String structure)
      throws Ext4CorruptedException {
    ByteBuffer bytes = ByteBuffer.wrap(stored).order(ByteOrder.LITTLE_ENDIAN);
    if (stored.length < HEADER_SIZE || bytes.getInt() != DISK_VERSION) {
      throw new Ext4CorruptedException(structure, "access control list without its version");
    }
    List<AclEntry> entries = new ArrayList<>();
    try {
      while (bytes.hasRemaining()) {
        if (bytes.remaining() < SHORT_ENTRY_SIZE) {
          throw invalid(stored.length + " bytes");
        }
        int tag = bytes.getShort() & 0xffff;
        int permissions = bytes.getShort() & 0xffff;
        boolean hasId = AclTag.of(tag).map(AclTag::hasId).orElse(false);
        if (hasId && bytes.remaining() < ENTRY_SIZE - SHORT_ENTRY_SIZE) {
          throw invalid(stored.length + " bytes");
        }
        entries.add(entry(tag, permissions, hasId ? bytes.getInt() & AclEntry.NO_ID : 0));
      }
      if (entries.isEmpty()) {
        return Optional.empty();
      }
      Acl acl = new Acl(entries);
      acl.validate();
      return Optional.of(acl);
    } catch (Ext4CorruptedException already) {
      throw already;
    } catch (Ext4Exception invalid) {
      throw new Ext4CorruptedException(structure, String.valueOf(invalid.getMessage()));
    }
  }

  /** The list as programs see it. */
  public byte[] toValue() {
    ByteBuffer bytes =
        ByteBuffer.allocate(HEADER_SIZE + entries.size() * ENTRY_SIZE)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putInt(VALUE_VERSION);
    for (AclEntry entry : entries) {
      bytes.putShort((short) entry.tag().number());
      bytes.putShort((short) entry.permissions());
      bytes.putInt((int) entry.id());
    }
    return bytes.array();
  }

  /** The list as it is on the disk. */
  public byte[] toDisk() {
    int size = HEADER_SIZE;
    for (AclEntry entry : entries) {
      size += entry.tag().hasId() ? ENTRY_SIZE : SHORT_ENTRY_SIZE;
    }
    ByteBuffer bytes =
        ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN).putInt(DISK_VERSION);
    for (AclEntry entry : entries) {
      bytes.putShort((short) entry.tag().number());
      bytes.putShort((short) entry.permissions());
      if (entry.tag().hasId()) {
        bytes.putInt((int) entry.id());
      }
    }
    return bytes.array();
  }

  /** Whether it says no more than nine permission bits do. */
  public boolean isMinimal() {
    return entries.stream().noneMatch(entry -> entry.tag().hasId() || entry.tag() == AclTag.MASK);
  }

  /** The nine permission bits of a file that has it: the mask, if there is one, is the group's. */
  public int mode() {
    int mode = 0;
    for (AclEntry entry : entries) {
      if (showsInMode(entry.tag())) {
        mode |= entry.permissions() << shiftOf(entry.tag());
      }
    }
    return mode;
  }

  private boolean showsInMode(AclTag tag) {
    return !tag.hasId() && (tag != AclTag.GROUP_OBJ || !hasMask());
  }

  private static int shiftOf(AclTag tag) {
    return switch (tag) {
      case USER_OBJ, USER -> 6;
      case GROUP_OBJ, GROUP, MASK -> 3;
      case OTHER -> 0;
    };
  }

  private boolean hasMask() {
    return entries.stream().anyMatch(entry -> entry.tag() == AclTag.MASK);
  }

  /** The list of the same file after its nine permission bits were set. */
  public Acl withMode(int mode) {
    return change(entry -> mode >>> shiftOf(entry.tag()));
  }

  /**
   * The list that a new file gets of its directory's default list.
   *
   * @param mode nine permission bits that the file is made with
   */
  public Acl inheritedWith(int mode) {
    return change(entry -> entry.permissions() & mode >>> shiftOf(entry.tag()));
  }

  private Acl change(ToIntFunction<AclEntry> change) {
    List<AclEntry> changed = new ArrayList<>();
    for (AclEntry entry : entries) {
      changed.add(showsInMode(entry.tag()) ? entry.with(change.applyAsInt(entry)) : entry);
    }
    return new Acl(changed);
  }

  /**
   * Whether it lets somebody do something.
   *
   * @param owner of the file
   * @param group of the file
   * @param wanted three bits
   */
  public boolean allows(Credentials user, long owner, long group, int wanted) {
    boolean member = false;
    for (AclEntry entry : entries) {
      boolean grants = (entry.permissions() & wanted) == wanted;
      switch (entry.tag()) {
        case USER_OBJ -> {
          if (user.uid() == owner) {
            return grants;
          }
        }
        case USER -> {
          if (user.uid() == entry.id()) {
            return grants && maskAllows(wanted);
          }
        }
        case GROUP_OBJ, GROUP -> {
          if (user.isMember(entry.tag() == AclTag.GROUP ? entry.id() : group)) {
            member = true;
            if (grants) {
              return maskAllows(wanted);
            }
          }
        }
        case MASK -> {}
        case OTHER -> {
          return !member && grants;
        }
      }
    }
    return false;
  }

  private boolean maskAllows(int wanted) {
    for (AclEntry entry : entries) {
      if (entry.tag() == AclTag.MASK) {
        return (entry.permissions() & wanted) == wanted;
      }
    }
    return true;
  }
}
