package dev.ringside.hostile;

/** Rows 52 to 74, and 68a: requests of the block device. */
enum BlkRequestRow implements CatalogueRow {
  HEADER_TOO_SHORT("52", "header short or missing", "5.2.6", "needs reset"),
  ANY_FRAMING("53", "header cut up, status alone or glued to data", "2.7.4.2", "accepted"),
  NO_STATUS("54", "no writable byte for the status", "5.2.6", "needs reset"),
  WRONG_DIRECTION("55", "status readable, header writable", "5.2.6", "needs reset"),
  UNKNOWN_TYPE("56", "unknown type, SCSI, BARRIER", "5.2.6.2", "UNSUPP"),
  DATA_NOT_IN_SECTORS("57", "data of no multiple of 512", "5.2.6.1", "IOERR"),
  PAST_THE_END("58", "past the capacity, or an overflow of it", "5.2.6.2", "IOERR"),
  READ_ONLY("59", "write to a read-only device", "5.2.6.2", "IOERR, nothing written"),
  NO_DATA("60", "IN or OUT without data", "5.2.6", "OK, zero sectors"),
  ID_BUFFER("61", "GET_ID with a buffer of another size than 20", "5.2.6.1", "as much as fits"),
  FLUSH_WITH_DATA("62", "FLUSH with data or a sector", "5.2.6.1", "ignored"),
  RANGE_PAYLOAD("63", "ranges of no multiple of 16, or none", "5.2.6.1", "IOERR"),
  TOO_MANY_RANGES("64", "more ranges than allowed", "5.2.6.1", "IOERR or UNSUPP"),
  RANGE_OUT_OF_BOUNDS("65", "range too long, past the end, an overflow", "5.2.6.1", "IOERR"),
  RANGE_FLAGS("66", "unknown flag on a range, unmap on a discard", "5.2.6.2", "UNSUPP"),
  NOT_NEGOTIATED("67", "request whose feature was not negotiated", "5.2.6.2", "UNSUPP"),
  ZONES_NOT_NEGOTIATED("68", "zone request without ZONED", "5.2.6.2", "UNSUPP"),
  ERASE_ON_ZONES("68a", "SECURE_ERASE on a zoned device", "5.2.6.2", "as ZONE_RESET"),
  HOST_MANAGED("69", "host-managed zones, a driver without ZONED", "5.2.5.2", "no FEATURES_OK"),
  ZONE_MISUSE("70", "write off the pointer, full zone, open limit", "5.2.6.2", "status 3 to 6"),
  WRITEBACK_FIELD("71", "writeback neither 0 nor 1, or without CONFIG_WCE", "5.2.5", "ignored"),
  ZEROES_READ_BACK("72", "read after WRITE_ZEROES, unmap or not", "5.2.6.2", "zeros"),
  SEGMENT_LIMITS("73", "segments above size_max or seg_max", "5.2.6.1", "tolerated, or IOERR"),
  SHARED_BUFFERS("74", "buffer in two queues, queue index too high", "5.2.2", "tolerated, ignored");

  @SuppressWarnings("ImmutableEnumChecker") // a record of strings and an enum
  private final Facts facts;

  BlkRequestRow(String number, String input, String section, String response) {
    facts = new Facts(number, input, section, response, Scope.ALL);
  }

  @Override
  public Facts facts() {
    return facts;
  }
}
