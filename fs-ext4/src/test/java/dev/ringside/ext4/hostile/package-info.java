/**
 * Damaged images by chance: structures of sound images are changed, their checksums made right
 * again so that the damage gets past them, and the image is mounted, walked and written. Only
 * {@link dev.ringside.ext4.error.Ext4Exception}s may come out, and soon. Start with {@link
 * dev.ringside.ext4.hostile.DamagedRun}.
 */
@NullMarked
package dev.ringside.ext4.hostile;

import org.jspecify.annotations.NullMarked;
