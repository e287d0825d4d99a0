/**
 * The guest's block driver. Start with {@link dev.ringside.driver.BlockDevice}, what a filesystem
 * sees, and {@link dev.ringside.driver.BlockRequest}.
 *
 * <pre>
 *   MmioProbe, PciProbe -> Initialization -> VirtioBlkDriver
 *   DeviceRegisters                            RequestSlots   header and status in flight
 *     MmioRegisters, LegacyMmioRegisters       DriverQueue    the ring: sealed, split
 *       MmioWindow                             BatchPolicy, CompletionPolicy, DriverStats
 *     PciRegisters
 * </pre>
 *
 * <p>The driver knows the device only as a guest does: registers on a bus, memory, an interrupt. It
 * imports {@code machine} and {@code virtio.spec}, and nothing of the device's side.
 */
@NullMarked
package dev.ringside.driver;

import org.jspecify.annotations.NullMarked;
