package dev.ringside.virtio.state;

import java.io.IOException;

/** A saved device state is damaged, of another version, or of another device. */
public final class DeviceStateException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Says what is wrong with it. */
  public DeviceStateException(String problem) {
    super("device state: " + problem);
  }

  /** Says what is wrong with it, and how that was found. */
  public DeviceStateException(String problem, Throwable cause) {
    super("device state: " + problem, cause);
  }

  /**
   * Makes sure of something.
   *
   * @throws DeviceStateException when it is not so
   */
  @SuppressWarnings("AnnotateFormatMethod") // its annotation is in no library that we have
  public static void require(boolean condition, String problem, Object... numbers)
      throws DeviceStateException {
    if (!condition) {
      throw new DeviceStateException(problem.formatted(numbers));
    }
  }
}
