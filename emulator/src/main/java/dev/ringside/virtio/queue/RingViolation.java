package dev.ringside.virtio.queue;

/** Ways in which a driver breaks the rules of a virtqueue, each with its section of virtio 1.4. */
public enum RingViolation {
  QUEUE_SIZE_INVALID("2.7", "the queue size is not one that the ring can have"),
  RING_MISALIGNED("2.7", "an area of the virtqueue is not aligned"),
  RING_WITHOUT_ADDRESS("2.7", "an area of the virtqueue has no address"),
  RING_AREAS_OVERLAP("2.7", "two areas of the virtqueue overlap"),
  RING_OUTSIDE_RAM("2.7", "an area of the virtqueue is not all RAM"),
  AVAILABLE_INDEX_JUMPED("2.7.6", "more chains are available than the queue has descriptors"),
  HEAD_OUT_OF_RANGE("2.7.6", "an available entry names no descriptor"),
  HEAD_IN_FLIGHT("2.7.13", "a head descriptor was made available again before it was used"),
  NEXT_OUT_OF_RANGE("2.7.5", "a next field names no descriptor of its table"),
  CHAIN_TOO_LONG("2.7.5", "a chain has more descriptors than the queue, or a loop"),
  CHAIN_TOO_LARGE("2.7.5", "the buffers of a chain exceed 2^32 bytes"),
  BUFFER_OUTSIDE_RAM("2.7.5", "a buffer is not all RAM"),
  READABLE_AFTER_WRITABLE("2.7.4.2", "a device-readable buffer follows a device-writable one"),
  INDIRECT_NOT_NEGOTIATED("2.7.5.3.1", "an indirect descriptor without INDIRECT_DESC"),
  INDIRECT_NESTED("2.7.5.3.1", "an indirect descriptor inside an indirect table"),
  INDIRECT_WITH_NEXT("2.7.5.3.1", "a descriptor with both INDIRECT and NEXT"),
  INDIRECT_LENGTH_INVALID("2.7.5.3.1", "the length of an indirect table is no multiple of 16"),
  INDIRECT_IN_LIST("2.8.7", "an indirect descriptor is part of a list"),
  LIST_INCOMPLETE("2.8.6", "a list continues in a descriptor that is not available"),
  DESCRIPTOR_IN_FLIGHT("2.8.13", "a descriptor was made available again before it was used"),
  MEMORY_UNREACHABLE(
      "2.6", "memory of the virtqueue or a buffer cannot be had from the driver's side"),
  REQUEST_TRUNCATED("5.2.6", "a request has no room for its header or its status");

  private final String section;
  private final String description;

  RingViolation(String section, String description) {
    this.section = section;
    this.description = description;
  }

  /** The section of virtio 1.4 that was broken. */
  public String section() {
    return section;
  }

  /** What the driver did, in half a sentence. */
  public String description() {
    return description;
  }
}
