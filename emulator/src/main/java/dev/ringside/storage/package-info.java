/**
 * What a device keeps its sectors in. {@link dev.ringside.storage.Storage} is the seam; memory,
 * file, copy-on-write overlay and null are its kinds, and {@link
 * dev.ringside.storage.LatencyStorage} decorates one with a service time.
 *
 * <p>Data moves between storage and guest memory without a copy in between. This package imports
 * {@code machine} only.
 */
@NullMarked
package dev.ringside.storage;

import org.jspecify.annotations.NullMarked;
