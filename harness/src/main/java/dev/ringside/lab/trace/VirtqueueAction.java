package dev.ringside.lab.trace;

import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a virtqueue's device does, in the names of QEMU's trace events. */
public enum VirtqueueAction {
  /** The driver notified the device. */
  NOTIFY("virtio_queue_notify"),
  /** The device took a chain. First: its buffers to write. Second: its buffers to read. */
  POP("virtqueue_pop"),
  /** The chain is a read. First: sector. Second: sectors. */
  READ("virtio_blk_handle_read"),
  /** The chain is a write. First: sector. Second: sectors. */
  WRITE("virtio_blk_handle_write"),
  /** Adjacent requests go to the storage together. First: how many. Second: bytes. */
  MERGE("virtio_blk_submit_multireq"),
  /** A request has ended. First: its status byte. */
  COMPLETE("virtio_blk_req_complete"),
  /** A used entry was written. First: bytes written to the chain. */
  FILL("virtqueue_fill"),
  /** Used entries were published. First: how many. */
  FLUSH("virtqueue_flush"),
  /** The device raised an interrupt. */
  INTERRUPT("virtio_notify_irqfd");

  private static final Map<String, VirtqueueAction> BY_EVENT =
      Stream.of(values())
          .collect(Collectors.toUnmodifiableMap(VirtqueueAction::event, Function.identity()));

  private final String event;

  VirtqueueAction(String event) {
    this.event = event;
  }

  /** QEMU's name of the trace event. */
  public String event() {
    return event;
  }

  static @Nullable VirtqueueAction of(String event) {
    return BY_EVENT.get(event);
  }
}
