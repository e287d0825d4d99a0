/**
 * Directories: looking a name up and listing all of them. Start with {@link
 * dev.ringside.ext4.dir.Directory}.
 *
 * <p>A linear directory is searched block by block; a hashed one through its index. Either way only
 * one block of names is held at a time, so a directory may be of any size.
 *
 * <p>This package imports {@code ext4.format}, {@code ext4.cache}, {@code ext4.mapping} and {@code
 * ext4.error}.
 */
@NullMarked
package dev.ringside.ext4.dir;

import org.jspecify.annotations.NullMarked;
