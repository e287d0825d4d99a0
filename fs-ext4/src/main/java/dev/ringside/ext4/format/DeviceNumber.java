package dev.ringside.ext4.format;

/**
 * What a device node stands for.
 *
 * @param major 12 bits
 * @param minor 20 bits
 */
public record DeviceNumber(int major, int minor) {
  /** What files that are no device nodes have. */
  public static final DeviceNumber NONE = new DeviceNumber(0, 0);

  /**
   * The number in the first two words of {@code i_block}. Small ones are in the first word, eight
   * bits each; the others are in the second, with the minor's upper bits on top.
   *
   * <pre>
   *  old:                       15     8 7      0
   *                             | major | minor |
   *  new:  31           20 19           8 7      0
   *        | minor, upper | major       | minor |
   * </pre>
   */
  static DeviceNumber decode(int oldForm, int newForm) {
    if (oldForm != 0) {
      return new DeviceNumber(oldForm >>> 8 & 0xff, oldForm & 0xff);
    }
    return new DeviceNumber(newForm >>> 8 & 0xfff, (newForm >>> 12 & 0xfff00) | (newForm & 0xff));
  }
}
