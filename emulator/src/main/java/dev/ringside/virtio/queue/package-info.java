/**
 * The device's side of a virtqueue, in two lives: a {@link dev.ringside.virtio.queue.QueueConfig}
 * that the driver programs, and the running {@link dev.ringside.virtio.queue.DeviceQueue} that it
 * becomes when the driver enables it. Read {@code DeviceQueue} first.
 *
 * <p>Nothing here trusts the guest: a descriptor is copied once, then checked, and what breaks the
 * specification ends as a {@link dev.ringside.virtio.queue.RingViolationException}. This package
 * knows rings, not requests, and imports {@code machine}, {@code virtio.spec} and {@code
 * virtio.state} only.
 */
@NullMarked
package dev.ringside.virtio.queue;

import org.jspecify.annotations.NullMarked;
