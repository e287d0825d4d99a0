package dev.ringside.ext4.cache;

/**
 * What a layer above remembers about a cached block, as a journal does about one that is part of a
 * transaction. The cache keeps the block while something is attached.
 */
public interface BlockAttachment {}
