package dev.ringside.driver;

/**
 * Where the driver stands in a ring, by its own account: what a device cannot change by writing to
 * the ring. Counted as indices modulo 2^16 in a split ring, and as {@link
 * dev.ringside.virtio.spec.PackedLayout} cursors in a packed one.
 *
 * @param next where the next chain goes
 * @param published up to where chains are visible to the device
 * @param nextUsed the used entry to take next
 */
public record RingCursors(int next, int published, int nextUsed) {}
