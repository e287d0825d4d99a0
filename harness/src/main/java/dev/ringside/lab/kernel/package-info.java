/**
 * The kernel's ext4, reached by system calls: the stranger that judges Ringside's. Start with
 * {@link dev.ringside.lab.kernel.LoopMount}; what needs the superuser says so.
 */
@NullMarked
package dev.ringside.lab.kernel;

import org.jspecify.annotations.NullMarked;
