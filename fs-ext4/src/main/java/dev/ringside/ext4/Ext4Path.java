package dev.ringside.ext4;

import dev.ringside.ext4.format.ByteString;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A path as POSIX has it: names between slashes. Several slashes are one; one at the end asks for a
 * directory.
 *
 * @param text the path as it was written
 */
public record Ext4Path(ByteString text) {
  /** The longest path, in bytes ({@code PATH_MAX} without its NUL). */
  public static final int MAX_LENGTH = 4095;

  /** The root directory. */
  public static final Ext4Path ROOT = of("/");

  private static final byte SLASH = '/';

  /** The path of the text in UTF-8. */
  public static Ext4Path of(String text) {
    return new Ext4Path(ByteString.of(text));
  }

  /**
   * The path that {@link #toString} wrote.
   *
   * @throws IllegalArgumentException when a backslash starts nothing that it writes
   */
  public static Ext4Path parseEscaped(String text) {
    return new Ext4Path(ByteString.parseEscaped(text));
  }

  /** Whether it starts at the root. */
  public boolean isAbsolute() {
    return text.length() > 0 && text.byteAt(0) == SLASH;
  }

  /** Whether it ends with a slash, and so can only be a directory. */
  public boolean asksForDirectory() {
    return text.length() > 0 && text.byteAt(text.length() - 1) == SLASH;
  }

  /** Its names, dots included. */
  public List<ByteString> names() {
    String latin = new String(text.toBytes(), StandardCharsets.ISO_8859_1);
    List<ByteString> names = new ArrayList<>();
    int start = 0;
    while (start < latin.length()) {
      int end = latin.indexOf(SLASH, start);
      if (end < 0) {
        end = latin.length();
      }
      if (end > start) {
        String name = latin.substring(start, end);
        names.add(ByteString.of(name.getBytes(StandardCharsets.ISO_8859_1)));
      }
      start = end + 1;
    }
    return names;
  }

  /** The path of a name in this directory. */
  public Ext4Path resolve(ByteString name) {
    boolean slash = text.length() > 0 && !asksForDirectory();
    byte[] joined = new byte[text.length() + (slash ? 1 : 0) + name.length()];
    System.arraycopy(text.toBytes(), 0, joined, 0, text.length());
    if (slash) {
      joined[text.length()] = SLASH;
    }
    System.arraycopy(name.toBytes(), 0, joined, joined.length - name.length(), name.length());
    return new Ext4Path(ByteString.of(joined));
  }

  /** The path, escaped for printing. */
  @Override
  public String toString() {
    return text.toString();
  }
}
