/**
 * The guest's block driver. Start with {@link dev.ringside.driver.BlockDevice}, what a filesystem
 * sees, and {@link dev.ringside.driver.BlockRequest}.
 *
 * <pre>
 *   MmioProbe -> Initialization -> VirtioBlkDriver
 *                                    RequestSlots   header and status of every request in flight
 *                                    DriverQueue    the ring: sealed, split
 *                                    BatchPolicy, CompletionPolicy, DriverStats
 * </pre>
 *
 * <p>The driver knows the device only as a guest does: registers on a bus, memory, an interrupt. It
 * imports {@code machine} and {@code virtio.spec}, and nothing of the device's side.
 */
@NullMarked
package dev.ringside.driver;

import org.jspecify.annotations.NullMarked;
