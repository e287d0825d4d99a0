/**
 * A device for a driver in another process: the backend of vhost-user. The frontend, a virtual
 * machine monitor, hands over its guest's memory, rings and eventfds through a unix socket, and
 * keeps away from the data path. Start with {@link dev.ringside.virtio.vhost.VhostUserBackend}.
 *
 * <pre>
 *   VhostUserBackend        one device, one connection after the other
 *     VhostUserConnection   the loop: messages, and rings that are kicked for the first time
 *       FrontendMemory      regions, by guest address and by the frontend's own
 *       FrontendRings       which rings run, and how they stop and go on
 *         FrontendRing      what the frontend has said of a ring
 *           RingKick        where its task waits for kicks
 *           RingCall        its interrupt
 *       InFlightMemory      what outlives this process
 *       BackendRequests     the way back: configuration changes, interrupts in-band
 *     VhostUserTransport    what the function needs of all that
 * </pre>
 *
 * <p>Nothing that a frontend says is believed: a number is checked before it is used, a message
 * that cannot be carried out is refused by name, and what cannot be refused ends the connection.
 * The next one begins with nothing of the one before. The task that serves a ring waits for its
 * kicks itself, so no other thread stands between a guest and the device.
 *
 * <p>Imports {@code machine}, {@code posix} and {@code virtio}; it does not know what kind of
 * device it carries.
 */
@NullMarked
package dev.ringside.virtio.vhost;

import org.jspecify.annotations.NullMarked;
