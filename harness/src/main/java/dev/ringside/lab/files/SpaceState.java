package dev.ringside.lab.files;

/** What {@code statfs} says; blocks are of {@code blockSize} bytes. */
public record SpaceState(
    int blockSize,
    long blocks,
    long freeBlocks,
    long availableBlocks,
    long files,
    long freeFiles,
    int nameLength) {}
