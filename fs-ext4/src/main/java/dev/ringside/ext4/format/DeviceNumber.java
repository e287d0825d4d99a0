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

  private static final int OLD_LIMIT = 256;

  /** The first word of {@code i_block}, 0 when the number needs the second. */
  int oldForm() {
    return major < OLD_LIMIT && minor < OLD_LIMIT ? (major << 8) | minor : 0;
  }

  /** The second word of {@code i_block}, 0 when the first is enough. */
  int newForm() {
    return major < OLD_LIMIT && minor < OLD_LIMIT
        ? 0
        : (minor & 0xff) | (major << 8) | ((minor & ~0xff) << 12);
  }
}
