package dev.ringside.ext4.content;

/**
 * A range of a file that lies in one piece on the disk, as FIEMAP tells it.
 *
 * @param position in the file, in bytes
 * @param length in bytes
 * @param diskPosition on the disk, in bytes
 * @param unwritten whether it is allocated and reads as zeros
 * @param last whether no other range follows in the file
 */
public record FileExtent(
    long position, long length, long diskPosition, boolean unwritten, boolean last) {}
