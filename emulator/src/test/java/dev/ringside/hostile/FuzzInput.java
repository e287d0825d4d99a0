package dev.ringside.hostile;

/** The bytes of one input, read from front to back; zeros follow the end. */
final class FuzzInput {
  private final byte[] bytes;
  private int at;

  FuzzInput(byte[] bytes) {
    this.bytes = bytes;
  }

  boolean isEmpty() {
    return at >= bytes.length;
  }

  int remaining() {
    return bytes.length - at;
  }

  int u8() {
    return isEmpty() ? 0 : bytes[at++] & 0xff;
  }

  int u16() {
    return u8() | u8() << 8;
  }

  int u32() {
    return u16() | u16() << 16;
  }

  long u64() {
    return Integer.toUnsignedLong(u32()) | (long) u32() << 32;
  }

  /** Puts the next bytes into RAM, as many as there are. */
  void pour(GuestRam ram, long address, int length) {
    for (int i = 0; i < length && !isEmpty(); i++) {
      ram.setU8(address + i, u8());
    }
  }
}
