package dev.ringside.ext4.format;

import java.util.Arrays;
import java.util.Comparator;

/** An extended attribute as it is stored. */
public final class Attribute {
  /** The order of attribute blocks: by index, then by length of the name, then by its bytes. */
  public static final Comparator<Attribute> ORDER =
      Comparator.comparingInt(Attribute::index)
          .thenComparingInt(attribute -> attribute.name.length())
          .thenComparing(Attribute::name);

  private final int index;
  private final ByteString name;
  private final byte[] value;

  /**
   * An attribute.
   *
   * @param index stands for the beginning of the name, 0 to 255
   * @param name the rest of it, up to 255 bytes
   * @param value taken over, and not to be changed any more
   */
  public Attribute(int index, ByteString name, byte[] value) {
    this.index = index;
    this.name = name;
    this.value = value;
  }

  /** What stands for the beginning of the name ({@code e_name_index}). */
  public int index() {
    return index;
  }

  /** The name behind that beginning. */
  public ByteString name() {
    return name;
  }

  /** Its value, which is not to be changed. */
  public byte[] value() {
    return value;
  }

  /** Whether this is the attribute of a name. */
  public boolean isNamed(int otherIndex, ByteString otherName) {
    return index == otherIndex && name.equals(otherName);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Attribute attribute
        && isNamed(attribute.index, attribute.name)
        && Arrays.equals(value, attribute.value);
  }

  @Override
  public int hashCode() {
    return 31 * index + name.hashCode();
  }
}
