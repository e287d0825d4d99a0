package dev.ringside.hostile;

/** Rows 27 to 33: what only the packed layout has. */
enum PackedRingRow implements CatalogueRow {
  FLAGS_OF_ANOTHER_LAP("27", "AVAIL and USED of another lap", "2.8.1", "not available"),
  LIST_TOO_LONG("28", "NEXT on every slot", "2.8.6", "needs reset"),
  FIRST_BEFORE_REST(
      "29",
      "first descriptor available before the rest of its list",
      "2.8.6",
      "the device does not run past the ring"),
  BUFFER_ID("30", "buffer id beyond the ring, or twice in flight", "2.8.5", "echoed, it is opaque"),
  MIXED_LIST(
      "31",
      "direct and indirect in one list, flags in an indirect table",
      "2.8.7",
      "needs reset; flags but WRITE are ignored"),
  EVENT_SUPPRESSION(
      "32",
      "reserved event flags, offset beyond the ring, DESC without EVENT_IDX",
      "2.8.10",
      "interrupts stay enabled"),
  QUEUE_SIZES("33", "queue size 1, no power of two, 32768", "2.8", "tolerated");

  @SuppressWarnings("ImmutableEnumChecker") // a record of strings and an enum
  private final Facts facts;

  PackedRingRow(String number, String input, String section, String response) {
    Scope scope = Scope.packed("only the packed layout has it");
    facts = new Facts(number, input, section, response, scope);
  }

  @Override
  public Facts facts() {
    return facts;
  }
}
