/**
 * A paused device as data: what another device needs to go on in its place, over the same guest
 * memory. Everything here is immutable, and has one layout of bytes.
 *
 * <p>A saved state is trusted no more than a guest: the records check what they can see alone, and
 * the rings and devices that take a state over check the rest.
 *
 * <p>This package imports nothing of Ringside.
 */
@NullMarked
package dev.ringside.virtio.state;

import org.jspecify.annotations.NullMarked;
