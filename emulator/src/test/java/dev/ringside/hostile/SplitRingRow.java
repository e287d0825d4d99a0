package dev.ringside.hostile;

import static dev.ringside.hostile.Scope.ALL;
import static dev.ringside.hostile.Scope.split;

/** Rows 1 to 26: the ring, in its split layout and where the packed one has the same rule. */
enum SplitRingRow implements CatalogueRow {
  AVAILABLE_INDEX_JUMPS(
      "1",
      "available index further than the queue is long",
      "2.7.6",
      "needs reset",
      split("a packed ring has no index")),
  HEAD_OUT_OF_RANGE(
      "2",
      "available entry names no descriptor",
      "2.7.6",
      "needs reset",
      split("a packed ring has no available ring")),
  NEXT_OUT_OF_RANGE(
      "3",
      "next beyond the table",
      "2.7.5",
      "needs reset",
      split("a packed descriptor has no next field")),
  LOOP(
      "4",
      "loop, or more descriptors than the queue",
      "2.7.5",
      "needs reset",
      split("row 28 is the packed one")),
  CHAIN_TOO_LARGE("5", "more than 2^32 bytes in a chain", "2.7.5", "needs reset", ALL),
  BUFFER_OUTSIDE_RAM(
      "6",
      "buffer wraps, leaves RAM, spans the hole, hits registers",
      "2.7.5",
      "needs reset, or IOERR",
      ALL),
  BUFFER_ON_A_RING("7", "buffer lies on a ring", "2.7.5", "each descriptor is read once", ALL),
  EMPTY_BUFFER("8", "buffer of no bytes", "2.7.5", "taken as empty", ALL),
  READABLE_AFTER_WRITABLE("9", "readable after writable", "2.7.4.2", "needs reset", ALL),
  INDIRECT_NOT_NEGOTIATED("10", "INDIRECT without the feature", "2.7.5.3.1", "needs reset", ALL),
  INDIRECT_NESTED(
      "11",
      "INDIRECT inside an indirect table",
      "2.7.5.3.1",
      "needs reset",
      split("a packed table has no flag but WRITE, see row 31")),
  INDIRECT_WITH_NEXT("12", "INDIRECT and NEXT together", "2.7.5.3.1", "needs reset", ALL),
  INDIRECT_LENGTH(
      "13",
      "indirect table of 0 bytes, of no multiple of 16, of too many entries",
      "2.7.5.3.1",
      "needs reset",
      ALL),
  INDIRECT_AND_WRITE(
      "14", "INDIRECT and WRITE on the referring descriptor", "2.7.5.3.2", "WRITE is ignored", ALL),
  DIRECT_THEN_INDIRECT(
      "15",
      "direct descriptors, then an indirect one",
      "2.7.5.3.2",
      "accepted",
      split("forbidden on a packed ring, see row 31")),
  INDIRECT_TABLE_PLACE(
      "16",
      "indirect table out of RAM, or across pages, or with a loop",
      "2.7.5.3.1",
      "needs reset, except across pages",
      ALL),
  HEAD_IN_FLIGHT(
      "17",
      "head made available again before it was used",
      "2.7.13",
      "needs reset",
      split("a packed buffer id is opaque, see row 30")),
  DESCRIPTOR_CHANGED_IN_FLIGHT(
      "18", "descriptors changed in flight", "2.7.13", "the device works on its copy", ALL),
  UNKNOWN_DESCRIPTOR_FLAGS("19", "unknown descriptor flags", "2.7.5", "ignored", ALL),
  USED_RING_SCRIBBLED(
      "20",
      "guest writes to the used ring",
      "2.7.8",
      "the device's own index counts",
      split("a packed ring has no used ring")),
  SUPPRESSION_NONSENSE(
      "21",
      "unknown available flags, used_event anywhere",
      "2.7.7",
      "ignored",
      split("row 32 is the packed one")),
  IDLE_KICKS("22", "kick of an empty, unknown or disabled queue", "2.7.13.4", "tolerated", ALL),
  KICK_BEFORE_DRIVER_OK(
      "23", "kick before DRIVER_OK", "3.1.1", "nothing is consumed until DRIVER_OK", ALL),
  QUEUE_SIZE("24", "queue size 0, too large, no power of two", "2.7", "refused", ALL),
  RING_PLACE("25", "ring misaligned, overlapping, outside RAM, at 0", "2.7", "needs reset", ALL),
  QUEUE_RECONFIGURED(
      "26",
      "enabled without addresses, or configured while enabled",
      "2.7",
      "ignored, or needs reset",
      ALL);

  @SuppressWarnings("ImmutableEnumChecker") // a record of strings and an enum
  private final Facts facts;

  SplitRingRow(String number, String input, String section, String response, Scope scope) {
    facts = new Facts(number, input, section, response, scope);
  }

  @Override
  public Facts facts() {
    return facts;
  }
}
