/**
 * What a power failure can leave of an operation: the disk's writes are recorded, states that a
 * crash can leave are built from them, and each is recovered and judged. Start with {@link
 * dev.ringside.lab.crash.CrashSweep}.
 *
 * <table>
 * <caption>Who does what</caption>
 * <tr><td>{@link dev.ringside.lab.crash.Scenario}</td><td>a prepared tree and the operation</td></tr>
 * <tr><td>{@link dev.ringside.lab.crash.Recording}</td><td>its writes and flushes, and the tree
 * after each step</td></tr>
 * <tr><td>{@link dev.ringside.lab.crash.CrashStates}</td><td>what a crash can leave</td></tr>
 * <tr><td>{@link dev.ringside.lab.crash.Judge}</td><td>recovers one and says what is wrong</td></tr>
 * </table>
 */
@NullMarked
package dev.ringside.lab.crash;

import org.jspecify.annotations.NullMarked;
