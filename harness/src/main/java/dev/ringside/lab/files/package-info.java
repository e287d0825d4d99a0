/**
 * The calls that a process makes on a filesystem, whoever carries them out: the kernel's ext4 or
 * Ringside's. Start with {@link dev.ringside.lab.files.FileCalls}.
 *
 * <p>Names and paths are strings with a character for each byte. What stands here knows no
 * implementation; {@code lab.kernel} and {@code lab.differ} bring them.
 */
@NullMarked
package dev.ringside.lab.files;

import org.jspecify.annotations.NullMarked;
