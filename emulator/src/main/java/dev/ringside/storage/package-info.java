/**
 * What a device keeps its sectors in. {@link dev.ringside.storage.Storage} is the seam; memory,
 * file, copy-on-write overlay and null are its kinds. {@link dev.ringside.storage.LatencyStorage}
 * gives one the times of a {@link dev.ringside.storage.ServiceModel}, {@link
 * dev.ringside.storage.WriteCacheStorage} a volatile cache that a {@link
 * dev.ringside.storage.PowerLoss} empties, and {@link dev.ringside.storage.FaultyStorage} makes one
 * misbehave.
 *
 * <p>Data moves between storage and guest memory without a copy in between. This package imports
 * {@code machine} and {@code fault}.
 */
@NullMarked
package dev.ringside.storage;

import org.jspecify.annotations.NullMarked;
