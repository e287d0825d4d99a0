/**
 * What Ringside asks of Linux that the JDK does not offer: descriptors that travel through sockets,
 * eventfds, poll, and mappings of other programs' memory. Start with {@link
 * dev.ringside.posix.Descriptor}.
 *
 * <pre>
 *   Descriptor       an open file description's number, owned: who holds it closes it
 *   UnixListener ->  UnixSocket      messages with DescriptorBundles beside them
 *   EventDescriptor, Poller          wake-ups between processes; no allocation per call
 *   MemoryFile, Mapping, Reservation memory that several processes share
 *   FileCalls                        a file's size and holes
 *   PosixException, Errno            which call failed, and how
 * </pre>
 *
 * <p>A call that fails throws a {@link dev.ringside.posix.PosixException} with its errno; EINTR is
 * never seen outside. Whoever receives a {@link dev.ringside.posix.Descriptor} owns it, and {@code
 * close} may be called twice. All of it goes through the foreign function interface to the C
 * library of a 64-bit Linux; this package imports nothing of Ringside.
 */
@NullMarked
package dev.ringside.posix;

import org.jspecify.annotations.NullMarked;
