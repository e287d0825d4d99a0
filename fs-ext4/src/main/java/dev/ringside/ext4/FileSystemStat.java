package dev.ringside.ext4;

/**
 * How full a filesystem is: what statfs(2) says.
 *
 * @param blockSize in bytes
 * @param blocks that can hold content and metadata of files
 * @param freeBlocks of these
 * @param availableBlocks free for everybody: without those that are reserved for the superuser
 * @param inodes in all
 * @param freeInodes of these
 * @param nameLength of the longest name, in bytes
 */
public record FileSystemStat(
    int blockSize,
    long blocks,
    long freeBlocks,
    long availableBlocks,
    long inodes,
    long freeInodes,
    int nameLength) {}
