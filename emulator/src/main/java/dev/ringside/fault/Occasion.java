package dev.ringside.fault;

import org.jspecify.annotations.Nullable;

/**
 * Something that can go wrong.
 *
 * @param sectors that a request touches; null when it touches none
 * @param queue the virtqueue that it came through, or {@link #UNKNOWN}
 * @param tag head descriptor or buffer id of its chain, or {@link #UNKNOWN}
 */
record Occasion(FaultOperation operation, @Nullable SectorRange sectors, int queue, int tag) {
  static final int UNKNOWN = -1;
}
