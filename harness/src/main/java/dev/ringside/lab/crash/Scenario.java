package dev.ringside.lab.crash;

import dev.ringside.lab.differ.Operation;
import java.util.List;

/**
 * An operation that a crash may interrupt.
 *
 * @param name on the command line
 * @param prepare done and made durable before
 * @param steps what is interrupted; the last is followed by the end that the sweep chooses
 * @param mixed path of a file whose overwritten content a crash may leave in a mix of old and new
 *     sectors, unless content goes through the journal; empty when there is none
 */
record Scenario(String name, List<Operation> prepare, List<Operation> steps, String mixed) {
  Scenario {
    prepare = List.copyOf(prepare);
    steps = List.copyOf(steps);
  }

  @Override
  public String toString() {
    return name;
  }
}
