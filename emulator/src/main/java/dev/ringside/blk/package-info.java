/**
 * The virtio-blk device (virtio 1.4, section 5.2). Start with {@link
 * dev.ringside.blk.VirtioBlkDevice}; a {@link dev.ringside.blk.BlkRequest} goes through parse,
 * process and complete.
 *
 * <pre>
 *   QueueService (a task for each queue)          WorkerPool (0 or more tasks)
 *   ServiceLoop: sleeps, or looks again           |
 *   pop, parse ------------------------------->   RequestServing: against Storage
 *     or TimedService, while the task goes on     |
 *   Completions: addUsed  <------------------    in any order
 *   publishUsed
 *   QueueInterrupts: interrupt
 * </pre>
 *
 * <p>What requests work on is a {@link dev.ringside.blk.Disk}. Requests for ranges of sectors are a
 * {@link dev.ringside.blk.RangeCommand}; those of zones go to a {@link dev.ringside.blk.ZonedDisk},
 * whose rules are in {@link dev.ringside.blk.ZoneTable}. What a device offers is set by a {@link
 * dev.ringside.blk.DiskProfile}.
 *
 * <p>How queues are served, what a study varies, is in {@link dev.ringside.blk.ServiceSettings}.
 * With no workers the queue's own task processes. This package imports {@code machine}, {@code
 * fault}, {@code virtio} and {@code storage}.
 */
@NullMarked
package dev.ringside.blk;

import org.jspecify.annotations.NullMarked;
