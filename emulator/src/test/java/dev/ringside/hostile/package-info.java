/**
 * The hostile guest: the catalogue of broken inputs, each with the response that the device owes.
 *
 * <p>Read {@link dev.ringside.hostile.CatalogueRow} first, then {@link
 * dev.ringside.hostile.RawGuest}: a guest that writes rings and registers by hand, rules or no
 * rules. Rings and transports are written here from the specification, and share nothing with the
 * code that they test but the constants of {@code virtio.spec}.
 */
@NullMarked
package dev.ringside.hostile;

import org.jspecify.annotations.NullMarked;
