package dev.ringside.virtio.transport;

/** The halves of a 64-bit address that a driver writes with 32-bit accesses. */
enum AddressHalf {
  LOW(0),
  HIGH(Integer.SIZE);

  private final int shift;

  AddressHalf(int shift) {
    this.shift = shift;
  }

  /** The address with this half replaced. */
  long in(long address, int half) {
    return (address & ~(0xffff_ffffL << shift)) | ((half & 0xffff_ffffL) << shift);
  }
}
