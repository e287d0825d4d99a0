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
 * @param discard whether the disk is told of freed blocks
 * @param endings what the steps are followed by, one time each
 */
record Scenario(
    String name,
    List<Operation> prepare,
    List<Act> steps,
    String mixed,
    boolean discard,
    List<Ending> endings) {
  Scenario {
    prepare = List.copyOf(prepare);
    steps = List.copyOf(steps);
    endings = List.copyOf(endings);
  }

  /** A scenario of system calls, with the usual endings. */
  static Scenario ofCalls(
      String name, List<Operation> prepare, List<Operation> steps, String mixed) {
    return ofActs(name, prepare, calls(steps), mixed);
  }

  /** A scenario with the usual endings. */
  static Scenario ofActs(String name, List<Operation> prepare, List<Act> steps, String mixed) {
    return new Scenario(name, prepare, steps, mixed, false, Ending.USUAL);
  }

  private static List<Act> calls(List<Operation> operations) {
    return operations.stream().<Act>map(Act.Call::new).toList();
  }

  /** The same under another name, on a disk that is told of freed blocks. */
  Scenario discarding() {
    return new Scenario(name + "-discard", prepare, steps, mixed, true, endings);
  }

  /** The same with another ending. */
  Scenario endingIn(Ending ending) {
    return new Scenario(name, prepare, steps, mixed, discard, List.of(ending));
  }

  @Override
  public String toString() {
    return name;
  }
}
