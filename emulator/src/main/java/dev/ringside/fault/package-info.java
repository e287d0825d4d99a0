/**
 * Faults as data. A {@link dev.ringside.fault.FaultPlan} is a list of rules, each of which selects
 * occasions and says what goes wrong on them; {@link dev.ringside.fault.Faults} decides while a
 * machine runs, and counts. Read {@link dev.ringside.fault.FaultPlan} first.
 *
 * <pre>
 *   storage.FaultyStorage            asks for a StorageEffect on every read, write, flush, discard
 *   blk, the task of a queue         asks for a RequestEffect and a UsedEffect on every request
 *   virtio.transport                 asks for a KickEffect or an InterruptEffect on every one
 * </pre>
 *
 * <p>Whoever carries a fault out asks here whether one happens; this package changes nothing by
 * itself. It imports {@code machine} only.
 */
@NullMarked
package dev.ringside.fault;

import org.jspecify.annotations.NullMarked;
