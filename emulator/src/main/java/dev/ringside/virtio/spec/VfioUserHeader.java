package dev.ringside.virtio.spec;

/**
 * What every message begins with, in the byte order of the machine, which is little-endian
 * (vfio-user 0.0, "Header"):
 *
 * <pre>
 *   0       2         4        8       12      16
 *   | id    | command | size   | flags | error | payload ...
 * </pre>
 *
 * <p>The specification is QEMU's {@code docs/interop/vfio-user.rst}; its sections have names and no
 * numbers, and are cited by these.
 */
public final class VfioUserHeader {
  /** Chosen by whoever sends a command, and echoed in the reply. */
  public static final int ID = 0;

  public static final int COMMAND = 2;

  /** Of the whole message in bytes, this header included. */
  public static final int SIZE = 4;

  public static final int FLAGS = 8;

  /** An errno, in a reply that has {@link #FLAG_ERROR}; may be 0. */
  public static final int ERROR = 12;

  public static final int BYTES = 16;

  /** Bits of the flags that say what the message is. */
  public static final int TYPE_MASK = 0xf;

  public static final int TYPE_COMMAND = 0;
  public static final int TYPE_REPLY = 1;

  /** The sender of a command wants no reply. */
  public static final int FLAG_NO_REPLY = 1 << 4;

  /** A reply says that the command failed; then it is nothing but a header. */
  public static final int FLAG_ERROR = 1 << 5;

  private VfioUserHeader() {}
}
