package dev.ringside.lab.trace;

/**
 * A step of a recorded virtqueue.
 *
 * @param timeNs since the recording's first event, in nanoseconds
 * @param first what {@link VirtqueueAction} says, or 0
 * @param second what {@link VirtqueueAction} says, or 0
 */
public record VirtqueueEvent(long timeNs, VirtqueueAction action, long first, long second) {}
