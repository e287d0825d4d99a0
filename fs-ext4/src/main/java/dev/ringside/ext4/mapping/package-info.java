/**
 * Where the content of a file lies. Start with {@link dev.ringside.ext4.mapping.FileMapping}, which
 * answers with an {@link dev.ringside.ext4.mapping.IoMap}: one lookup for a whole extent, not for a
 * block.
 *
 * <p>This package imports {@code ext4.format}, {@code ext4.cache} and {@code ext4.error}.
 */
@NullMarked
package dev.ringside.ext4.mapping;

import org.jspecify.annotations.NullMarked;
