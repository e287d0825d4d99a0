/**
 * Where the content of a file lies. Start with {@link dev.ringside.ext4.mapping.FileMapping}, which
 * answers with an {@link dev.ringside.ext4.mapping.IoMap}: one lookup for a whole extent, not for a
 * block.
 *
 * <table>
 * <caption>What is where</caption>
 * <tr><td>{@code ExtentTree}</td><td>look-ups; what changes goes to the next three</td></tr>
 * <tr><td>{@code ExtentEditor}</td><td>puts extents in, splits nodes, changes states</td></tr>
 * <tr><td>{@code ExtentRemoval}</td><td>takes ranges out, and shrinks the tree</td></tr>
 * <tr><td>{@code ExtentShift}</td><td>moves extents along the file</td></tr>
 * <tr><td>{@code ExtentNodes}, {@code ExtentPath}</td><td>nodes through the cache, and the way to a
 * leaf</td></tr>
 * <tr><td>{@code IndirectBlocks}, {@code IndirectEditor}</td><td>the block maps of ext2 and
 * ext3</td></tr>
 * <tr><td>{@code FileSpace}</td><td>blocks of one file, counted in {@code i_blocks}</td></tr>
 * </table>
 *
 * <p>This package imports {@code alloc}, {@code journal}, {@code cache}, {@code format} and {@code
 * error}.
 */
@NullMarked
package dev.ringside.ext4.mapping;

import org.jspecify.annotations.NullMarked;
