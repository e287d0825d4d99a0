/**
 * The messages of vhost-user, as both ends read and write them. Start with {@link
 * dev.ringside.virtio.message.VhostUserChannel}.
 *
 * <p>It is a room of its own because the frontend is the driver's and the backend the device's, and
 * neither may import the other: what they share is the wire, checked in one place. A message that
 * has the wrong length, or the wrong number of descriptors, or lies about its version, is a {@link
 * dev.ringside.virtio.message.VhostUserException} before anybody acts on it. What a message means
 * is not known here.
 *
 * <p>Imports {@code posix} and {@code virtio.spec} only.
 */
@NullMarked
package dev.ringside.virtio.message;

import org.jspecify.annotations.NullMarked;
