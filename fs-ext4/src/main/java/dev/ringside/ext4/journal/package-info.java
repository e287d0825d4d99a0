/**
 * The journal, as jbd2 has it: a log of whole blocks in a file of the filesystem's own. {@link
 * dev.ringside.ext4.journal.JournalRecovery} finds what the log of an image that was not unmounted
 * holds and its filesystem does not.
 *
 * <p>This package imports {@code cache}, {@code mapping}, {@code format} and {@code error}.
 */
@NullMarked
package dev.ringside.ext4.journal;

import org.jspecify.annotations.NullMarked;
