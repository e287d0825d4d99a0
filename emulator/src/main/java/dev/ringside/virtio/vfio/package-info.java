/**
 * The device behind a unix socket for a virtual machine that takes PCI functions from other
 * programs: the vfio-user protocol, version 0.0, from the server's side. Start with {@link
 * dev.ringside.virtio.vfio.VfioSession}.
 *
 * <pre>
 *   VfioServer          one client after the other
 *   VfioSession         one client: its commands, carried out one after the other
 *     VfioConnection    messages both ways: commands, and accesses to memory that wait for answers
 *       VfioMessage     a command as it came
 *       DmaRequest      an access on its way
 *       VfioPatience    how long to wait for the client
 *     FunctionRegions   registers by region and offset
 *       ClientMsixTable the one table that the client keeps itself
 *     ClientInterrupts  eventfds for the pin (InterruptPin) and each vector (InterruptEvent)
 *     ClientMemory      regions of memory, mapped or copied
 *   VfioCapabilities    what each side can take
 * </pre>
 *
 * <p>Everything that comes from a client is checked before it is used. This package imports {@code
 * machine}, {@code posix}, {@code virtio.spec} and {@code virtio.transport}; it does not know what
 * kind of device it serves.
 */
@NullMarked
package dev.ringside.virtio.vfio;

import org.jspecify.annotations.NullMarked;
