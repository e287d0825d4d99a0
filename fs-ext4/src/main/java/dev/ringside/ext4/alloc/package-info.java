/**
 * Who owns which block and which inode number. Start with {@link
 * dev.ringside.ext4.alloc.Allocation}, which opens all of it for a filesystem that is written; one
 * that is only read needs no more than {@link dev.ringside.ext4.alloc.GroupTable}.
 *
 * <table>
 * <caption>What is where</caption>
 * <tr><td>{@code BlockAllocator}, {@code RunSearch}</td><td>runs of blocks near a goal</td></tr>
 * <tr><td>{@code InodeAllocator}, {@code InodePlacement}</td><td>inode numbers near a
 * directory</td></tr>
 * <tr><td>{@code GroupState}</td><td>the counts of all groups, in memory</td></tr>
 * <tr><td>{@code GroupBitmaps}</td><td>bitmaps through the cache, verified</td></tr>
 * <tr><td>{@code DescriptorUpdates}</td><td>counts and checksums on their way to the
 * descriptors</td></tr>
 * <tr><td>{@code FreedBlocks}, {@code FreedBatches}</td><td>what waits for its commit</td></tr>
 * <tr><td>{@code SystemZone}</td><td>blocks that no file may have</td></tr>
 * <tr><td>{@code Trim}, {@code OnlineDiscard}</td><td>what the disk is told of free
 * blocks</td></tr>
 * </table>
 *
 * <p>This package imports {@code journal}, {@code cache}, {@code format} and {@code error}.
 */
@NullMarked
package dev.ringside.ext4.alloc;

import org.jspecify.annotations.NullMarked;
