package dev.ringside.driver;

import static dev.ringside.machine.pci.PciCapabilityHeader.*;

import dev.ringside.machine.Bus;
import dev.ringside.machine.MessageInterrupts;
import dev.ringside.machine.MessageInterrupts.Message;
import dev.ringside.machine.Scheduler;
import java.util.Arrays;

/**
 * The driver's MSI-X: vector 0 for the configuration, and one for each queue. When the table is
 * smaller, queues take turns on the vectors that there are, and a message wakes all that share one.
 */
final class PciInterrupts {
  /** The least that is worth it: the configuration's vector, and one for queues. */
  static final int MIN_VECTORS = 2;

  private static final int CONFIG_VECTOR = 0;

  private final QueueInterrupt[] queues;
  private final int queueVectors;

  /** Connects handlers, programs the table, and turns MSI-X on. */
  PciInterrupts(
      Bus bus,
      Scheduler scheduler,
      PciCapabilities.Msix msix,
      MessageInterrupts controller,
      int queueCount) {
    queues = new QueueInterrupt[queueCount];
    Arrays.setAll(queues, i -> new QueueInterrupt(scheduler));
    queueVectors = Math.min(msix.vectors() - 1, queueCount);
    program(bus, msix, CONFIG_VECTOR, controller.connect(this::configChanged));
    for (int i = 0; i < queueVectors; i++) {
      int vector = vector(i);
      program(bus, msix, vector, controller.connect(() -> usedBuffers(vector)));
    }
    int control = (int) bus.read(msix.control(), Short.BYTES);
    bus.write(msix.control(), Short.BYTES, (control | MSIX_ENABLE) & ~MSIX_FUNCTION_MASK);
  }

  private static void program(Bus bus, PciCapabilities.Msix msix, int vector, Message message) {
    long entry = msix.table() + (long) MSIX_ENTRY_SIZE * vector;
    bus.write32(entry + MSIX_ENTRY_CONTROL, MSIX_ENTRY_MASK);
    bus.write32(entry + MSIX_ENTRY_ADDRESS_LOW, (int) message.address());
    bus.write32(entry + MSIX_ENTRY_ADDRESS_HIGH, (int) (message.address() >>> Integer.SIZE));
    bus.write32(entry + MSIX_ENTRY_DATA, message.data());
    bus.write32(entry + MSIX_ENTRY_CONTROL, 0);
  }

  private void configChanged() {
    for (QueueInterrupt queue : queues) {
      queue.configChanged();
    }
  }

  private void usedBuffers(int vector) {
    for (int queue = vector - 1; queue < queues.length; queue += queueVectors) {
      queues[queue].raise();
    }
  }

  /** The vector of configuration changes. */
  int configVector() {
    return CONFIG_VECTOR;
  }

  /** The vector of a queue. */
  int vector(int queue) {
    return 1 + queue % queueVectors;
  }

  /** What a queue's waiter sleeps on. */
  QueueInterrupt queue(int queue) {
    return queues[queue];
  }
}
