/**
 * Who owns which block and which inode number. Start with {@link
 * dev.ringside.ext4.alloc.BlockAllocator} and {@link dev.ringside.ext4.alloc.InodeAllocator};
 * {@link dev.ringside.ext4.alloc.GroupTable} has the block groups.
 *
 * <p>This package imports {@code journal}, {@code cache}, {@code format} and {@code error}.
 */
@NullMarked
package dev.ringside.ext4.alloc;

import org.jspecify.annotations.NullMarked;
