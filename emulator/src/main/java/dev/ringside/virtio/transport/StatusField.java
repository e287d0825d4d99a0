package dev.ringside.virtio.transport;

import dev.ringside.virtio.spec.DeviceStatus;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The device status field (virtio 1.4, section 2.1). The guest's task and the device's own tasks
 * change it; every change is one step.
 */
final class StatusField {
  /** What a driver may set over every interface. */
  private static final int LEGACY_BITS =
      DeviceStatus.ACKNOWLEDGE | DeviceStatus.DRIVER | DeviceStatus.DRIVER_OK | DeviceStatus.FAILED;

  private final FunctionTransport transport;
  private final AtomicInteger bits = new AtomicInteger();

  /** The field after power-on. */
  StatusField(FunctionTransport transport) {
    this.transport = transport;
  }

  int get() {
    return bits.get();
  }

  boolean has(int bit) {
    return (bits.get() & bit) != 0;
  }

  /** Whether the device needs a reset. */
  boolean isBroken() {
    return has(DeviceStatus.NEEDS_RESET);
  }

  /** Whether driver and device have agreed on features. */
  boolean isNegotiated() {
    return isNegotiated(bits.get());
  }

  /** As {@link #isNegotiated()}, for a field with these bits. */
  boolean isNegotiated(int field) {
    return transport.isLegacy() || (field & DeviceStatus.FEATURES_OK) != 0;
  }

  /** The bits that a driver may set now. */
  int settable(boolean suspendable) {
    if (transport.isLegacy()) {
      return LEGACY_BITS;
    }
    return LEGACY_BITS | DeviceStatus.FEATURES_OK | (suspendable ? DeviceStatus.SUSPEND : 0);
  }

  /** Whether a device behind this transport can have these bits. */
  boolean isPossible(int field) {
    int all = LEGACY_BITS | DeviceStatus.NEEDS_RESET;
    if (!transport.isLegacy()) {
      all |= DeviceStatus.FEATURES_OK | DeviceStatus.SUSPEND;
    }
    int both = DeviceStatus.SUSPEND | DeviceStatus.DRIVER_OK;
    return (field & ~all) == 0 && (field & both) != both;
  }

  void add(int more) {
    bits.updateAndGet(current -> current | more);
  }

  /** SUSPEND takes the place of DRIVER_OK (section 3.4). */
  void suspend() {
    bits.updateAndGet(current -> (current | DeviceStatus.SUSPEND) & ~DeviceStatus.DRIVER_OK);
  }

  /** DRIVER_OK takes the place of SUSPEND. */
  void endSuspension() {
    bits.updateAndGet(current -> (current | DeviceStatus.DRIVER_OK) & ~DeviceStatus.SUSPEND);
  }

  void reset() {
    bits.set(DeviceStatus.RESET);
  }

  void restore(int saved) {
    bits.set(saved);
  }
}
