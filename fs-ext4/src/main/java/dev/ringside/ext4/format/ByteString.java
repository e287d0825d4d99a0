package dev.ringside.ext4.format;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Text without an encoding, as ext4 has it: names, paths and the targets of symbolic links are
 * bytes, usually UTF-8, but nobody checks. Equality and order are those of the bytes.
 */
public final class ByteString implements Comparable<ByteString> {
  private final byte[] bytes;

  private ByteString(byte[] bytes) {
    this.bytes = bytes;
  }

  /** These bytes, which are copied. */
  public static ByteString of(byte[] bytes) {
    return new ByteString(bytes.clone());
  }

  /** The text in UTF-8. */
  public static ByteString of(String text) {
    return new ByteString(text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * The bytes that {@link #toString} wrote: a backslash starts {@code \\}, {@code \n}, {@code \r},
   * {@code \t} or {@code \xHH}, and everything else stands for itself.
   *
   * @throws IllegalArgumentException when a backslash starts something else
   */
  public static ByteString parseEscaped(String text) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length());
    int position = 0;
    while (position < text.length()) {
      int character = text.codePointAt(position);
      position += Character.charCount(character);
      if (character != '\\') {
        bytes.writeBytes(Character.toString(character).getBytes(StandardCharsets.UTF_8));
        continue;
      }
      char kind = position < text.length() ? text.charAt(position) : 0;
      position++;
      switch (kind) {
        case '\\' -> bytes.write('\\');
        case 'n' -> bytes.write('\n');
        case 'r' -> bytes.write('\r');
        case 't' -> bytes.write('\t');
        case 'x' -> {
          if (position + 2 > text.length()) {
            throw badEscape(text);
          }
          bytes.writeBytes(parseHex(text, position));
          position += 2;
        }
        default -> throw badEscape(text);
      }
    }
    return new ByteString(bytes.toByteArray());
  }

  private static byte[] parseHex(String text, int position) {
    try {
      return HexFormat.of().parseHex(text, position, position + 2);
    } catch (IllegalArgumentException notHex) {
      throw badEscape(text);
    }
  }

  private static IllegalArgumentException badEscape(String text) {
    return new IllegalArgumentException(
        text + ": after a backslash comes another one, n, r, t, or x with two hexadecimal digits");
  }

  /** Length in bytes. */
  public int length() {
    return bytes.length;
  }

  public byte byteAt(int index) {
    return bytes[index];
  }

  /** A copy of the bytes. */
  public byte[] toBytes() {
    return bytes.clone();
  }

  /** The bytes from {@code start} to before {@code end}. */
  public ByteString substring(int start, int end) {
    return new ByteString(Arrays.copyOfRange(bytes, start, end));
  }

  /** Where a byte first stands from {@code start} on, or the length when it stands nowhere. */
  public int indexOf(byte wanted, int start) {
    int index = start;
    while (index < bytes.length && bytes[index] != wanted) {
      index++;
    }
    return index;
  }

  /** Whether these bytes are those of another string from {@code start} to before {@code end}. */
  public boolean equalsRange(ByteString other, int start, int end) {
    return Arrays.equals(bytes, 0, bytes.length, other.bytes, start, end);
  }

  /** {@link #hashCode} of {@link #substring}. */
  public int hashOf(int start, int end) {
    int hash = 1;
    for (int i = start; i < end; i++) {
      hash = 31 * hash + bytes[i];
    }
    return hash;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ByteString string && Arrays.equals(bytes, string.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public int compareTo(ByteString other) {
    return Arrays.compareUnsigned(bytes, other.bytes);
  }

  /**
   * Text that is safe to print: UTF-8 as it is, with control characters, backslashes and whatever
   * is not UTF-8 escaped. {@link #parseEscaped} gives the same bytes back.
   */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(bytes.length);
    int position = 0;
    while (position < bytes.length) {
      int length = characterLength(position);
      if (length == 0) {
        text.append("\\x").append(HexFormat.of().toHexDigits(bytes[position]));
        position++;
      } else {
        appendPrintable(text, new String(bytes, position, length, StandardCharsets.UTF_8));
        position += length;
      }
    }
    return text.toString();
  }

  /** How many bytes the UTF-8 character here has, 0 when there is none. */
  private int characterLength(int position) {
    int lead = bytes[position] & 0xff;
    int length = lead < 0x80 ? 1 : lead < 0xc0 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (length == 0 || position + length > bytes.length) {
      return 0;
    }
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, position, length));
      return length;
    } catch (CharacterCodingException notUtf8) {
      return 0;
    }
  }

  private static void appendPrintable(StringBuilder text, String character) {
    switch (character) {
      case "\\" -> text.append("\\\\");
      case "\n" -> text.append("\\n");
      case "\r" -> text.append("\\r");
      case "\t" -> text.append("\\t");
      default -> {
        if (isPrintable(character.codePointAt(0))) {
          text.append(character);
        } else {
          for (byte unit : character.getBytes(StandardCharsets.UTF_8)) {
            text.append("\\x").append(HexFormat.of().toHexDigits(unit));
          }
        }
      }
    }
  }

  /** Format and separator characters can reorder or hide what a terminal shows, so they go too. */
  private static boolean isPrintable(int character) {
    return switch (Character.getType(character)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED ->
          false;
      default -> true;
    };
  }
}
