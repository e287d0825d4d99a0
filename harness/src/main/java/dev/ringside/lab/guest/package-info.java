/**
 * Ringside's ext4 in a machine of its own, behind the same calls as the kernel's. Start with {@link
 * dev.ringside.lab.guest.GuestMount}.
 */
@NullMarked
package dev.ringside.lab.guest;

import org.jspecify.annotations.NullMarked;
