package dev.ringside.machine;

/** The device's end of an interrupt. Who is at the other end, the device does not know. */
@FunctionalInterface
public interface InterruptOutput {
  /** Asks for the guest's attention. */
  void raise();
}
