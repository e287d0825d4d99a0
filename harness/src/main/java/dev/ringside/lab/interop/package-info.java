/**
 * Real counterparts: Linux guests that drive Ringside's device, and other programs' devices beside
 * it.
 *
 * <p>Start with {@link dev.ringside.lab.interop.Counterpart}, the kinds of guests, and {@link
 * dev.ringside.lab.interop.LinuxGuest}, one that runs. A guest boots from an {@link
 * dev.ringside.lab.interop.Initramfs} that is made on the spot from what the system has installed,
 * finds its disk behind the socket of a {@link dev.ringside.lab.interop.Backend}, does a {@link
 * dev.ringside.lab.interop.GuestTask}, and powers off; {@link dev.ringside.lab.interop.ImageCheck}
 * then judges the disk's image. {@link dev.ringside.lab.interop.InteropRun} is all of that in one.
 *
 * <p>What a guest does is told in two shell scripts beside this package's resources, {@code init}
 * and {@code tasks}.
 */
@NullMarked
package dev.ringside.lab.interop;

import org.jspecify.annotations.NullMarked;
