package dev.ringside.ext4.testing;

import dev.ringside.ext4.format.ByteString;
import dev.ringside.ext4.format.FileType;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What an image holds, as the filesystem said that it was made from (images/README.md).
 *
 * @param files by path, without lost+found
 */
public record Manifest(SortedMap<ByteString, Line> files) {
  /**
   * One file.
   *
   * @param size in bytes; -1 for directories, whose size is the filesystem's own business
   * @param detail SHA-256 of the content, a link's target, a device number, or a dash
   */
  public record Line(FileType type, int permissions, long size, Instant modified, String detail) {}

  static Manifest parse(InputStream text) throws IOException {
    SortedMap<ByteString, Line> files = new TreeMap<>();
    BufferedReader reader =
        new BufferedReader(new InputStreamReader(text, StandardCharsets.US_ASCII));
    for (String line = reader.readLine(); line != null; line = reader.readLine()) {
      String[] fields = line.split(" ", 6);
      files.put(
          ByteString.parseEscaped(fields[5]),
          new Line(
              typeOf(fields[0]),
              Integer.parseInt(fields[1], 8),
              fields[2].equals("-") ? -1 : Long.parseLong(fields[2]),
              timeOf(fields[3]),
              fields[4]));
    }
    return new Manifest(files);
  }

  private static FileType typeOf(String letter) {
    return switch (letter) {
      case "f" -> FileType.REGULAR;
      case "d" -> FileType.DIRECTORY;
      case "l" -> FileType.SYMLINK;
      case "p" -> FileType.FIFO;
      case "b" -> FileType.BLOCK_DEVICE;
      case "c" -> FileType.CHARACTER_DEVICE;
      default -> throw new IllegalArgumentException("type " + letter);
    };
  }

  private static Instant timeOf(String text) {
    int point = text.indexOf('.');
    long seconds = Long.parseLong(text.substring(0, point));
    long nanoseconds = Long.parseLong(text.substring(point + 1));
    // The nanoseconds count forward, before 1970 too.
    return Instant.ofEpochSecond(seconds, nanoseconds);
  }
}
