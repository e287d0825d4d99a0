/**
 * A run to look at while it happens. {@link dev.ringside.lab.live.LiveSession} holds one run and
 * obeys {@linkplain dev.ringside.lab.live.Command commands}: go on, stop, step, step back; what it
 * shows is a {@link dev.ringside.lab.live.RunState}, with both sides of the ring as they stand in
 * guest memory. {@link dev.ringside.lab.live.RunTracker} follows the requests by the machine's
 * events.
 *
 * <p>A run in simulated time steps backward by beginning again with the same seed. A run at full
 * speed is only sampled.
 */
@NullMarked
package dev.ringside.lab.live;

import org.jspecify.annotations.NullMarked;
