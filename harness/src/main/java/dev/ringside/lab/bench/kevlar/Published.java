package dev.ringside.lab.bench.kevlar;

import java.util.List;
import java.util.Map;

/**
 * What the posts and their commits say, word for word; a dash where they say nothing.
 *
 * @param heading of the column
 * @param values by measure, as printed there
 */
public record Published(String heading, Map<Measure, String> values) {
  /** All columns, in the order of time; the kernel's as the posts quote it. */
  public static final List<Published> COLUMNS =
      List.of(
          new Published(
              "before",
              Map.of(
                  Measure.SEQ_WRITE_4K, "837 KB/s",
                  Measure.SEQ_WRITE_128K, "1,719 KB/s",
                  Measure.SEQ_READ_4K, "110 MB/s",
                  Measure.SEQ_READ_32K, "161 MB/s",
                  Measure.SEQ_READ_128K, "156 MB/s",
                  Measure.CREATE, "3,782 us",
                  Measure.DELETE, "2,275 us",
                  Measure.OPEN_CLOSE, "1,131 us",
                  Measure.STAT, "4.7 us",
                  Measure.DEEP_STAT, "7.2 us")),
          new Published(
              "post 113",
              Map.of(
                  Measure.SEQ_WRITE_4K, "1,110 KB/s",
                  Measure.SEQ_WRITE_128K, "3,396 KB/s",
                  Measure.SEQ_READ_4K, "252 MB/s",
                  Measure.SEQ_READ_32K, "3.9 GB/s",
                  Measure.SEQ_READ_128K, "4.3 GB/s",
                  Measure.CREATE, "36 us",
                  Measure.DELETE, "9 us",
                  Measure.OPEN_CLOSE, "14 us",
                  Measure.STAT, "4.6 us")),
          new Published(
              "post 114",
              Map.of(
                  Measure.SEQ_WRITE_4K, "28 MB/s",
                  Measure.SEQ_WRITE_128K, "79 MB/s",
                  Measure.SEQ_READ_4K, "98 MB/s",
                  Measure.SEQ_READ_32K, "3.6 GB/s",
                  Measure.SEQ_READ_128K, "3.8 GB/s",
                  Measure.CREATE, "41 us",
                  Measure.DELETE, "9 us",
                  Measure.OPEN_CLOSE, "12 us",
                  Measure.STAT, "1,495 ns",
                  Measure.DEEP_STAT, "2 us")),
          new Published(
              "after it",
              Map.of(
                  Measure.SEQ_WRITE_128K, "7.7 GB/s",
                  Measure.OPEN_CLOSE, "6 us",
                  Measure.STAT, "705 ns")),
          new Published(
              "Linux (quoted)",
              Map.of(
                  Measure.SEQ_WRITE_4K, "~3 GB/s",
                  Measure.SEQ_WRITE_128K, "~3 GB/s",
                  Measure.SEQ_READ_4K, "~5.4 GB/s",
                  Measure.SEQ_READ_32K, "~5.4 GB/s",
                  Measure.SEQ_READ_128K, "~5.4 GB/s",
                  Measure.CREATE, "~5 us",
                  Measure.OPEN_CLOSE, "~3 us",
                  Measure.STAT, "~0.5 us",
                  Measure.DEEP_STAT, "0.87 us")));

  /** What the column says of a measure. */
  public String of(Measure measure) {
    return values.getOrDefault(measure, "-");
  }
}
