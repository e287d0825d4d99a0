package dev.ringside.driver;

/**
 * The device broke the protocol, or says that it needs a reset; nothing more can be asked of it.
 */
public final class BlockDeviceException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With a message that says what the device did. */
  public BlockDeviceException(String message) {
    super(message);
  }
}
