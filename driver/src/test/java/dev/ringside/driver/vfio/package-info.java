/**
 * The other side of {@code virtio.vfio}: a client that keeps to the protocol or does not, and a
 * machine around it in which Ringside's own driver finds the function.
 */
@NullMarked
package dev.ringside.driver.vfio;

import org.jspecify.annotations.NullMarked;
