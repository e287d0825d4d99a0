package dev.ringside.lab.trace;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What blkparse prints when no format was asked for, up to its summary:
 *
 * <pre>
 *   device  cpu sequence  s.ns           pid action rwbs  payload
 *   254,16   0        2     0.000492400   198  G  RA      524160 + 8 [mke2fs]
 *   254,16   1       48     0.016659680    41  D  FN      [kworker/1:1H]
 *   254,16   1       54     0.119193840     0  C  DS      0 + 524288 [0]
 * </pre>
 *
 * <p>Sectors and lengths are in units of 512 bytes. Lines of messages ({@code m}) are no events.
 * blkparse has put the lines in order; they are handed out as they stand.
 */
final class BlkparseTextReader implements TraceReader {
  private static final Pattern LINE =
      Pattern.compile(
          "\\s*(\\d{1,4}),(\\d{1,7})\\s+(\\d{1,6})\\s+(\\d{1,10})\\s+(\\d{1,9})\\.(\\d{9})"
              + "\\s+(\\d{1,9})\\s+([A-Za-z]{1,2})\\s+([A-Z]{1,8})(?:\\s+(.*))?");

  /** A place: {@code sector + count}, {@code sector / newSector}, or a sector alone. */
  private static final Pattern PLACE =
      Pattern.compile("(\\d{1,20})(?: ([+/]) (\\d{1,20}))?(?: .*)?");

  /** A passthrough command: {@code bytes (command)}. */
  private static final Pattern PASSTHROUGH =
      Pattern.compile("(\\d{1,10}) \\((?:[0-9a-f.]{2,3} ?)*\\).*");

  /** What blkparse says of itself between the events when its output is no terminal. */
  private static final Pattern CHATTER =
      Pattern.compile("\\s*|Input file .* added|discarded traces containing .*");

  private static final Pattern SUMMARY = Pattern.compile("(?:CPU\\d+|Total) \\(.*\\):");
  private static final Pattern PROCESS = Pattern.compile("\\[(.*)\\]");
  private static final long NANOSECONDS = 1_000_000_000L;
  private static final long MAX_BYTES = 0xffff_ffffL;
  private static final String MESSAGE = "m";

  private final Path path;
  private final BufferedReader lines;
  private long line;
  private boolean ended;

  BlkparseTextReader(Path path) throws IOException {
    this.path = path;
    // Process names are bytes of any encoding; Latin-1 reads whatever stands there.
    this.lines = Files.newBufferedReader(path, StandardCharsets.ISO_8859_1);
  }

  /** Whether a line says nothing of an event, wherever in the text it stands. */
  static boolean isChatter(String text) {
    return CHATTER.matcher(text).matches();
  }

  /** Whether a line is one that blkparse prints for an event. */
  static boolean isEvent(String text) {
    Matcher matcher = LINE.matcher(text);
    return matcher.matches() && Rwbs.parse(matcher.group(9)) != null;
  }

  @Override
  public @Nullable TraceEvent next() throws IOException {
    while (!ended) {
      String text = lines.readLine();
      line++;
      if (text == null || SUMMARY.matcher(text).matches()) {
        ended = true;
      } else if (!isChatter(text)) {
        TraceEvent event = parse(text);
        if (event != null) {
          return event;
        }
      }
    }
    return null;
  }

  /** The event on a line; null for a message. */
  private @Nullable TraceEvent parse(String text) throws TraceFormatException {
    Matcher matcher = LINE.matcher(text);
    if (!matcher.matches()) {
      throw damaged("device, cpu, sequence, time, pid, action and flags", text);
    }
    if (matcher.group(8).equals(MESSAGE)) {
      return null;
    }
    TraceAction action = TraceAction.ofLetters(matcher.group(8));
    Rwbs rwbs = Rwbs.parse(matcher.group(9));
    if (rwbs == null) {
      throw damaged("flags such as R, WS or FWFSM", matcher.group(9));
    }
    String payload = matcher.group(10) == null ? "" : matcher.group(10).strip();
    TraceOperation operation = rwbs.operation();
    long sector = 0;
    long bytes = 0;
    Matcher place = PLACE.matcher(payload);
    Matcher command = PASSTHROUGH.matcher(payload);
    if (command.matches()) {
      operation = TraceOperation.PASSTHROUGH;
      bytes = Long.parseLong(command.group(1));
    } else if (hasPlace(action)) {
      requireEnd(action, payload);
      if (place.matches()) {
        sector = sector(place.group(1));
        bytes = "+".equals(place.group(2)) ? bytes(place.group(3)) : 0;
      } else if (!payload.startsWith("[")) {
        throw damaged("a sector, a length and a process or an error in brackets", payload);
      }
    }
    return new TraceEvent(
        Long.parseLong(matcher.group(5)) * NANOSECONDS + Long.parseLong(matcher.group(6)),
        action,
        operation,
        rwbs.flags(),
        sector,
        bytes,
        new DeviceNumber(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2))),
        Integer.parseInt(matcher.group(3)),
        Integer.parseInt(matcher.group(7)),
        Long.parseLong(matcher.group(4)),
        process(action, payload));
  }

  private static boolean hasPlace(TraceAction action) {
    return switch (action) {
      case PLUG, UNPLUG, UNPLUG_TIMER, ABORT, DRIVER_DATA, OTHER -> false;
      case QUEUE,
          BACK_MERGE,
          FRONT_MERGE,
          GET_REQUEST,
          SLEEP,
          REQUEUE,
          ISSUE,
          COMPLETE,
          INSERT,
          SPLIT,
          BOUNCE,
          REMAP ->
          true;
    };
  }

  /**
   * A line cut short could still read as a smaller request; its closing bracket says it is whole.
   */
  private void requireEnd(TraceAction action, String payload) throws TraceFormatException {
    if (action != TraceAction.REMAP && !payload.endsWith("]")) {
      throw damaged("a process or an error in brackets at the end", payload);
    }
  }

  /** The number in brackets behind a completion or requeue is the error, not a process. */
  private static @Nullable String process(TraceAction action, String payload) {
    if (action == TraceAction.COMPLETE || action == TraceAction.REQUEUE) {
      return null;
    }
    Matcher matcher = PROCESS.matcher(payload);
    return matcher.find() ? matcher.group(1) : null;
  }

  private long sector(String digits) throws TraceFormatException {
    try {
      return Long.parseUnsignedLong(digits);
    } catch (NumberFormatException tooLarge) {
      throw damaged("a sector below 2^64", digits);
    }
  }

  /** blkparse prints a record's 32 bits of bytes in sectors, so more cannot come from it. */
  private long bytes(String sectors) throws TraceFormatException {
    if (sectors.length() < 10) {
      long bytes = Long.parseLong(sectors) * TraceEvent.SECTOR_SIZE;
      if (bytes <= MAX_BYTES) {
        return bytes;
      }
    }
    throw damaged("a length below 2^32 bytes", sectors);
  }

  private TraceFormatException damaged(String expected, String found) {
    return TraceFormatException.atLine(
        path, line, "expected %s, found \"%s\"".formatted(expected, TraceSource.excerpt(found)));
  }

  @Override
  public void close() throws IOException {
    lines.close();
  }
}
