/**
 * How ext4 fails. Start with {@link dev.ringside.ext4.error.Ext4Exception}: every failure carries
 * the {@link dev.ringside.ext4.error.Errno} that a kernel would return.
 *
 * <p>Damage and missing support have types of their own, because callers treat them differently.
 * This package imports nothing of Ringside.
 */
@NullMarked
package dev.ringside.ext4.error;

import org.jspecify.annotations.NullMarked;
