package dev.ringside.lab.interop;

import java.util.List;

/**
 * A guest's machine.
 *
 * @param processors of the machine; user-mode Linux has one
 * @param queues of its disk
 * @param interrupts how the disk interrupts, where the counterpart has a choice
 * @param packed whether the rings are packed, where the disk offers them
 * @param writeBack whether the guest is to see a write cache, which it then flushes
 * @param sharedMemory whether the disk can map the guest's memory; without it vfio-user moves every
 *     byte in messages
 * @param reconnects whether the machine goes on when the disk's other side is gone, and looks for
 *     it again
 */
public record GuestSettings(
    Counterpart counterpart,
    int processors,
    int queues,
    Interrupts interrupts,
    boolean packed,
    boolean writeBack,
    boolean sharedMemory,
    boolean reconnects) {
  /** How a PCI function interrupts. */
  public enum Interrupts {
    /** Messages, one vector a queue. */
    MSIX,
    /** The pin that all queues share. */
    INTX
  }

  /** A counterpart's own defaults: one queue, split, message interrupts, write-through. */
  public static GuestSettings of(Counterpart counterpart) {
    return new GuestSettings(counterpart, 1, 1, Interrupts.MSIX, false, false, true, false);
  }

  /** Linux uses no more queues than there are processors, so there is one for each. */
  public GuestSettings withQueues(int count) {
    return new GuestSettings(
        counterpart, count, count, interrupts, packed, writeBack, sharedMemory, reconnects);
  }

  public GuestSettings withProcessors(int count) {
    return new GuestSettings(
        counterpart, count, queues, interrupts, packed, writeBack, sharedMemory, reconnects);
  }

  public GuestSettings withInterrupts(Interrupts kind) {
    return new GuestSettings(
        counterpart, processors, queues, kind, packed, writeBack, sharedMemory, reconnects);
  }

  public GuestSettings withPackedRings() {
    return new GuestSettings(
        counterpart, processors, queues, interrupts, true, writeBack, sharedMemory, reconnects);
  }

  public GuestSettings withWriteBack() {
    return new GuestSettings(
        counterpart, processors, queues, interrupts, packed, true, sharedMemory, reconnects);
  }

  public GuestSettings withPrivateMemory() {
    return new GuestSettings(
        counterpart, processors, queues, interrupts, packed, writeBack, false, reconnects);
  }

  public GuestSettings withReconnection() {
    return new GuestSettings(
        counterpart, processors, queues, interrupts, packed, writeBack, sharedMemory, true);
  }

  /** In words, as a test's name. */
  @Override
  public String toString() {
    StringBuilder words = new StringBuilder(counterpart.toString());
    words.append(queues == 1 ? ", 1 queue" : ", " + queues + " queues");
    if (counterpart == Counterpart.QEMU_PCI || counterpart == Counterpart.QEMU_VFIO_PCI) {
      words.append(interrupts == Interrupts.MSIX ? ", MSI-X" : ", INTx");
    }
    words.append(packed ? ", packed" : "");
    words.append(writeBack ? ", write-back" : "");
    words.append(sharedMemory ? "" : ", private memory");
    return words.append(reconnects ? ", reconnecting" : "").toString();
  }

  /** What {@code ringside serve} is told besides, so that it offers what this guest asks for. */
  List<String> servedWith() {
    return packed ? List.of("--ring", "packed") : List.of();
  }
}
