/**
 * The same operations on Ringside's ext4 and on the kernel's: results and errnos must be equal
 * after every one, and the trees at the end. Start with {@link
 * dev.ringside.lab.differ.DifferentialRun}.
 *
 * <table>
 * <caption>Who does what</caption>
 * <tr><td>{@link dev.ringside.lab.differ.Operation}</td><td>what can be done, as data</td></tr>
 * <tr><td>{@link dev.ringside.lab.differ.Operations}</td><td>draws a sequence from a seed</td></tr>
 * <tr><td>{@link dev.ringside.lab.differ.Interpreter}</td><td>does it, on either side</td></tr>
 * <tr><td>{@link dev.ringside.lab.differ.Side}</td><td>the kernel, or Ringside</td></tr>
 * <tr><td>{@link dev.ringside.lab.differ.TreeListing}</td><td>all that can be seen of a tree</td></tr>
 * <tr><td>{@link dev.ringside.lab.differ.Shrinker}</td><td>leaves out what a difference does not
 * need</td></tr>
 * </table>
 */
@NullMarked
package dev.ringside.lab.differ;

import org.jspecify.annotations.NullMarked;
