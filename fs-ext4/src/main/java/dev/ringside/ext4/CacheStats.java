package dev.ringside.ext4;

/**
 * What the cache of metadata blocks did.
 *
 * @param hits lookups that found their block
 * @param misses lookups that read it from the disk
 * @param capacity in blocks
 */
public record CacheStats(long hits, long misses, int capacity) {}
