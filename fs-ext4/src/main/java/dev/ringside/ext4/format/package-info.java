/**
 * The on-disk structures of ext2, ext3 and ext4: where each field lies, what values are sound, how
 * checksums and directory hashes are computed. Start with {@link
 * dev.ringside.ext4.format.Superblock}, then {@link dev.ringside.ext4.format.Inode}.
 *
 * <p>Everything here is pure: it reads bytes that somebody else brought, and does no I/O. Names of
 * structures and fields are those of the published description of the format ("ext4 Data Structures
 * and Algorithms"). Integers are little-endian; only the journal's are not.
 *
 * <p>This package imports {@code ext4.error} and nothing else of Ringside.
 */
@NullMarked
package dev.ringside.ext4.format;

import org.jspecify.annotations.NullMarked;
