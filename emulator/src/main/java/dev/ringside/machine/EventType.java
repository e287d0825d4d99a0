package dev.ringside.machine;

/**
 * The steps of a request's route that an {@link EventLog} notes, in the order of the route.
 *
 * <p>The head is the chain's first descriptor, or its buffer id in a packed ring: what driver and
 * device call a request, from {@link #SUBMIT} to {@link #REAP}, within one queue.
 */
public enum EventType {
  /** The driver wrote a request's chain into the ring. First: its head. Second: bytes of data. */
  SUBMIT(1),
  /** The driver published chains. First: queue. Second: chains in this batch. */
  PUBLISH_AVAILABLE(2),
  /** The driver notified the device. First: queue. Second: chains in this batch. */
  KICK(3),
  /** The device had asked not to be notified. First: queue. Second: as for {@link #KICK}. */
  SUPPRESS_KICK(4),
  /** The device took a chain. First: head descriptor. Second: bytes of data. */
  POP(5),
  /** The storage begins. First: head descriptor. Second: bytes of data. */
  BEGIN_SERVICE(6),
  /** The storage has ended. First: head descriptor. Second: status byte. */
  END_SERVICE(7),
  /** The device published used entries. First: queue. Second: entries in this batch. */
  PUBLISH_USED(8),
  /** The device raised the interrupt. First: queue. Second: entries in this batch. */
  INTERRUPT(9),
  /** The driver did not want an interrupt. First: queue. Second: as for {@link #INTERRUPT}. */
  SUPPRESS_INTERRUPT(10),
  /** The driver ended a request. First: head of its chain. Second: status byte. */
  REAP(11),
  /** A fault was injected; between the steps. First: number of its rule. Second: how often now. */
  FAULT(12),
  /** The device holds an interrupt back. First: queue. Second: entries in this batch. */
  HOLD_INTERRUPT(13),
  /** Adjacent requests become one transfer. First: head of the first. Second: how many. */
  MERGE(14),
  /** The ring has no room for a request. First: queue. Second: requests in flight. */
  RING_FULL(15),
  /** The driver waits for an interrupt. First: queue. Second: requests in flight. */
  DRIVER_SLEEP(16),
  /** An interrupt woke the driver, or its patience was over. First: queue. Second: 1 or 0. */
  DRIVER_WAKE(17),
  /** The device waits for a notification. First: queue. Second: 0. */
  DEVICE_SLEEP(18),
  /** A notification or a worker woke the device. First: queue. Second: 0. */
  DEVICE_WAKE(19),
  /** The filesystem begins a call of its user's. First: inode. Second: bytes that are wanted. */
  BEGIN_CALL(20),
  /** The call returns. First: inode. Second: bytes that it brought. */
  END_CALL(21),
  /** Notifications reached the device from outside. First: queue. Second: how many. */
  NOTIFIED(22);

  private static final EventType[] BY_CODE = new EventType[values().length + 1];

  static {
    for (EventType type : values()) {
      BY_CODE[type.code] = type;
    }
  }

  private final int code;

  EventType(int code) {
    this.code = code;
  }

  /** The number that stands for this type in logs and hashes; it never changes. */
  int code() {
    return code;
  }

  static EventType of(int code) {
    return BY_CODE[code];
  }
}
