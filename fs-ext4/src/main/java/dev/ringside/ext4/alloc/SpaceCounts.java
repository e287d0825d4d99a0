package dev.ringside.ext4.alloc;

/**
 * How full a filesystem is, in the numbers that {@code statfs} gives.
 *
 * @param blocks without those that are the filesystem's own
 * @param freeBlocks those that nobody has, the reserved ones included
 * @param availableBlocks those that a user can get who is not the superuser
 * @param inodes all there are
 * @param freeInodes those that nobody has
 */
public record SpaceCounts(
    long blocks, long freeBlocks, long availableBlocks, long inodes, long freeInodes) {}
