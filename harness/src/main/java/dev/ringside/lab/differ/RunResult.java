package dev.ringside.lab.differ;

import java.util.List;
import java.util.SortedMap;

/**
 * What came of a sequence.
 *
 * @param operations how many were done
 * @param outcomes how often each errno was seen; "done" stands for every success
 * @param differences those where both sides failed and changed nothing, each kind once; and then
 *     one that ended the sequence, if there was one
 */
public record RunResult(
    int operations, SortedMap<String, Integer> outcomes, List<Difference> differences) {
  /** Copies the differences. */
  public RunResult {
    differences = List.copyOf(differences);
  }
}
