package dev.ringside.ext4.xattr;

import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.ByteString;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The name of an extended attribute: {@code user.mime_type}.
 *
 * @param suffix what follows the namespace; empty for access control lists
 */
public record AttributeName(Namespace namespace, ByteString suffix) {
  /** The longest name, in bytes ({@code XATTR_NAME_MAX}). */
  public static final int MAX_LENGTH = 255;

  /**
   * The name as programs write it.
   *
   * @throws Ext4Exception with {@link Errno#ERANGE} when it is empty or too long, with {@link
   *     Errno#EOPNOTSUPP} when there is no such namespace
   */
  public static AttributeName parse(ByteString name) throws Ext4Exception {
    checkLength(name);
    byte[] bytes = name.toBytes();
    for (Namespace namespace : Namespace.values()) {
      byte[] prefix = namespace.prefix().getBytes(StandardCharsets.US_ASCII);
      int length = prefix.length;
      if (bytes.length < length || !Arrays.equals(bytes, 0, length, prefix, 0, length)) {
        continue;
      }
      if (namespace.isList() && bytes.length == length) {
        return new AttributeName(namespace, ByteString.of(""));
      }
      if (!namespace.isList()) {
        return new AttributeName(
            namespace, ByteString.of(Arrays.copyOfRange(bytes, length, bytes.length)));
      }
    }
    throw new Ext4Exception(Errno.EOPNOTSUPP, name.toString());
  }

  /**
   * Fails with {@link Errno#EINVAL} for a namespace alone, which learns only who may set or see
   * attributes there.
   */
  void requireSuffix() throws Ext4Exception {
    if (suffix.length() == 0 && !namespace.isList()) {
      throw new Ext4Exception(Errno.EINVAL, toString());
    }
  }

  /**
   * Checks what is looked at before the file.
   *
   * @throws Ext4Exception with {@link Errno#ERANGE} when the name is empty or too long
   */
  public static void checkLength(ByteString name) throws Ext4Exception {
    if (name.length() == 0 || name.length() > MAX_LENGTH) {
      throw new Ext4Exception(Errno.ERANGE, name.toString());
    }
  }

  /** Whether a name that {@link #parse} refuses begins as those of access control lists. */
  static boolean isOfSystem(ByteString name) {
    return name.toString().startsWith("system.");
  }

  /** The name as programs write it. */
  public ByteString toByteString() {
    byte[] prefix = namespace.prefix().getBytes(StandardCharsets.US_ASCII);
    byte[] name = Arrays.copyOf(prefix, prefix.length + suffix.length());
    for (int i = 0; i < suffix.length(); i++) {
      name[prefix.length + i] = suffix.byteAt(i);
    }
    return ByteString.of(name);
  }

  @Override
  public String toString() {
    return toByteString().toString();
  }
}
