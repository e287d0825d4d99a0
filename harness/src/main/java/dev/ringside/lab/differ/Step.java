package dev.ringside.lab.differ;

import dev.ringside.lab.files.Caller;

/**
 * An operation of a sequence.
 *
 * @param number its place in the whole sequence, from 0
 */
public record Step(int number, Caller caller, Operation operation) {
  @Override
  public String toString() {
    return "%d: %s%s"
        .formatted(number, operation, caller.equals(Caller.ROOT) ? "" : " as " + caller.toString());
  }
}
