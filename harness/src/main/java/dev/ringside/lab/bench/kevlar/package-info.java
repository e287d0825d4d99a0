/**
 * The file benchmark of the Kevlar posts, run again: the identical program over Ringside's ext4 and
 * over system calls. Start with {@link dev.ringside.lab.bench.kevlar.KevlarSuite}; {@link
 * dev.ringside.lab.bench.kevlar.KevlarProgram} is what is run.
 */
@NullMarked
package dev.ringside.lab.bench.kevlar;

import org.jspecify.annotations.NullMarked;
