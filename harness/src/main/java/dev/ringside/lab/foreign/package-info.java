/**
 * The laboratory on a guest that is not ours: what a driver behind vhost-user or vfio-user does,
 * measured at the device. {@link dev.ringside.lab.foreign.GuestMeter} counts kicks, batches and
 * interrupts from the device's events, as the studies do for our own driver; {@link
 * dev.ringside.lab.foreign.RequestRecorder} writes the requests as a trace that {@code replay}
 * reads.
 */
@NullMarked
package dev.ringside.lab.foreign;

import org.jspecify.annotations.NullMarked;
