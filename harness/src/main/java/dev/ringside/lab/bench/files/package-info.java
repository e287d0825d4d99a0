/**
 * Programs that measure file systems: the same calls on Ringside's ext4 and on the kernel's, in
 * turn. Start with {@link dev.ringside.lab.bench.files.FileSuite}; {@link
 * dev.ringside.lab.bench.files.FileCalls} is what a program may call, and {@link
 * dev.ringside.lab.bench.files.ComparedDirectory} the kernel's side.
 */
@NullMarked
package dev.ringside.lab.bench.files;

import org.jspecify.annotations.NullMarked;
