/**
 * The guest's block driver. Start with {@link dev.ringside.driver.BlockDevice}, what a filesystem
 * sees, and {@link dev.ringside.driver.BlockRequest}.
 *
 * <pre>
 *   MmioProbe, PciProbe -> Initialization -> VirtioBlkDriver -> its DiskQueues
 *   DeviceRegisters                            DriverQueue    the ring: sealed, split or packed
 *     MmioRegisters, LegacyMmioRegisters       RequestSlots   header and status in flight
 *       MmioWindow                             IndirectTables the chains of slots, ready made
 *     PciRegisters                             BatchPolicy, CompletionPolicy, DriverStats
 *   Interrupts: the registers' own lines, or SharedInterrupts where queues share one
 *   DiskQueue: Batching (when to announce), RequestPlug (what gathers and merges before that),
 *     CompletionWait (how to learn of the end); QueueMap deals queues out to tasks
 * </pre>
 *
 * <p>The driver knows the device only as a guest does: registers on a bus, memory, an interrupt. It
 * imports {@code machine} and {@code virtio.spec}, and nothing of the device's side.
 */
@NullMarked
package dev.ringside.driver;

import org.jspecify.annotations.NullMarked;
