/**
 * Between the filesystem and its disk. Start with {@link dev.ringside.ext4.cache.MetadataCache},
 * which keeps verified metadata blocks in guest memory; {@link dev.ringside.ext4.cache.DiskReader}
 * brings blocks in, as many at once as are wanted.
 *
 * <p>This package imports {@code driver}, {@code machine} and {@code ext4.error}; it knows no
 * structure of the format.
 */
@NullMarked
package dev.ringside.ext4.cache;

import org.jspecify.annotations.NullMarked;
