/**
 * Inodes, on the disk and in use. Start with {@link dev.ringside.ext4.inode.InodeCache}, which has
 * one {@link dev.ringside.ext4.inode.InCoreInode} for each file; {@link
 * dev.ringside.ext4.inode.InodeTable} reads and writes them.
 *
 * <p>This package imports {@code mapping}, {@code alloc}, {@code journal}, {@code cache}, {@code
 * format} and {@code error}.
 */
@NullMarked
package dev.ringside.ext4.inode;

import org.jspecify.annotations.NullMarked;
