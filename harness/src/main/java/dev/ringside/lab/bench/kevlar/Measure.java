package dev.ringside.lab.bench.kevlar;

import dev.ringside.lab.bench.files.Unit;

/** What the program measures, in the order in which it does, with the names of the posts. */
public enum Measure {
  SEQ_WRITE_4K("seq_write 4K", Unit.BYTES_PER_SECOND),
  SEQ_WRITE_32K("seq_write 32K", Unit.BYTES_PER_SECOND),
  SEQ_WRITE_128K("seq_write 128K", Unit.BYTES_PER_SECOND),
  SEQ_READ_4K("seq_read 4K", Unit.BYTES_PER_SECOND),
  SEQ_READ_32K("seq_read 32K", Unit.BYTES_PER_SECOND),
  SEQ_READ_128K("seq_read 128K", Unit.BYTES_PER_SECOND),
  CREATE("create", Unit.NANOSECONDS),
  DELETE("delete", Unit.NANOSECONDS),
  OPEN_CLOSE("open+close", Unit.NANOSECONDS),
  STAT("stat", Unit.NANOSECONDS),
  DEEP_STAT("deep_stat", Unit.NANOSECONDS);

  private final String text;
  private final Unit unit;

  Measure(String text, Unit unit) {
    this.text = text;
    this.unit = unit;
  }

  /** What its value counts. */
  public Unit unit() {
    return unit;
  }

  /** The posts' name. */
  @Override
  public String toString() {
    return text;
  }
}
