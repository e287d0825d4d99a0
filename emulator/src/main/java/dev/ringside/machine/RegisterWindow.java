package dev.ringside.machine;

/**
 * A device's registers as a guest reaches them: offsets into a window that a {@link Bus} maps
 * somewhere. An implementation answers every offset, width and value; a guest's mistake is ignored
 * or reads as zero, never thrown.
 */
public interface RegisterWindow {
  /**
   * Reads a register.
   *
   * @param offset in bytes from the start of the window
   * @param width 1, 2, 4 or 8 bytes
   * @return the value, zero-extended
   */
  long read(long offset, int width);

  /**
   * Writes a register.
   *
   * @param offset in bytes from the start of the window
   * @param width 1, 2, 4 or 8 bytes
   * @param value its low {@code width} bytes count
   */
  void write(long offset, int width, long value);
}
