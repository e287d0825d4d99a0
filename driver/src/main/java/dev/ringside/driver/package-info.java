/**
 * The guest's block driver. Start with {@link dev.ringside.driver.Disk} to call it, or with {@link
 * dev.ringside.driver.BlockDevice}, what a filesystem sees, and {@link
 * dev.ringside.driver.BlockRequest}.
 *
 * <pre>
 *   Disk, AsyncDisk        calls of any size             RequestSplitter, DiskCall
 *   MmioProbe, PciProbe -> Initialization -> VirtioBlkDriver -> its DiskQueues
 *   DeviceRegisters                            DriverQueue    the ring: sealed, split or packed
 *     MmioRegisters, LegacyMmioRegisters       RequestSlots   header and status in flight
 *       MmioWindow                             IndirectTables the chains of slots, ready made
 *     PciRegisters                             BatchPolicy, CompletionPolicy, DriverStats
 *   Interrupts: the registers' own lines, or SharedInterrupts where queues share one
 *   DeviceSession: what all queues share, and how it begins anew
 *   QueueMap: deals queues out to tasks
 * </pre>
 *
 * <p>A DiskQueue is the face of one queue, behind which each part has one job. All of them work on
 * the same RequestRing, which stands for another ring after a reset:
 *
 * <pre>
 *   submit, kick                        await                         reap
 *        |                                |                             ^
 *   QueueRecovery, when the driver handles errors: retries, reissues, resets
 *        |                                |                             |
 *   Submission ----- announces ----- CompletionWait ---- wakes ----- Reaper
 *     Batching: when                   RequestWatchdog: too long?      checks, ends each once
 *     RequestPlug: gathers, merges        |                             |
 *   ChainWriter                           |                             |
 *        |                                |                             |
 *   RequestRing: DriverQueue and RequestSlots <---- RingRenewal, after a reset
 * </pre>
 *
 * <p>The driver knows the device only as a guest does: registers on a bus, memory, an interrupt. It
 * imports {@code machine} and {@code virtio.spec}, and nothing of the device's side.
 *
 * <h2>What goes wrong, and what becomes of it</h2>
 *
 * <p>A request ends exactly once, whatever happens: {@link dev.ringside.driver.BlockCompletion} is
 * called, and {@link dev.ringside.driver.BlockRequest#status} says how. What a device does wrong
 * beyond one request is a {@link dev.ringside.driver.BlockDeviceException} out of {@code await} or
 * {@code reap}; with {@link dev.ringside.driver.ErrorHandling} the driver resets the queue or the
 * device instead, and {@link dev.ringside.driver.RecoveryPolicy} says what becomes of requests in
 * flight.
 *
 * <pre>
 *   what happens                                 a request that it happens to   the driver
 *   ------------------------------------------   ----------------------------   -----------------
 *   a request that the limits do not allow       IllegalArgumentException       goes on
 *   status IOERR, or none of the specification   IO_ERROR, after retries        goes on
 *   status UNSUPP                                UNSUPPORTED, never retried     goes on
 *   a zone's status                              ZONE_...                       goes on
 *   a read's used length without all its data    IO_ERROR, after retries        goes on
 *   a used length that is too large              as its status says             goes on
 *   used without a status                        stays in flight                resets
 *   used id that names nothing in flight,        stays in flight                resets
 *     an id twice, an index too far
 *   no answer within the timeout                 stays in flight                notifies, resets
 *   an interrupt that does not come              ends a quarter timeout late    goes on
 *   an interrupt for nothing                     -                              goes on
 *   NEEDS_RESET                                  stays in flight                resets the device
 *   a reset                                      IO_ERROR, or goes out again    goes on
 *   too many resets with one request             IO_ERROR                       goes on
 *   a device that does not come up               IO_ERROR                       submit throws
 * </pre>
 *
 * <p>The driver notices a device that stopped when it waits: a task that only ever calls {@code
 * reap} hears of nothing but nonsense. The length of a read is believed when it is too short,
 * because the device says that it has not written the rest; the legacy interface's is not, since
 * devices there are known to get it wrong (virtio 1.4, section 2.7.8). A chain that IN_ORDER leaves
 * out has no length, and counts as used completely.
 */
@NullMarked
package dev.ringside.driver;

import org.jspecify.annotations.NullMarked;
