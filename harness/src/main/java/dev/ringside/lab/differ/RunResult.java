package dev.ringside.lab.differ;

import java.util.Optional;
import java.util.SortedMap;

/**
 * What came of a sequence.
 *
 * @param operations how many were done
 * @param outcomes how often each errno was seen; "done" stands for every success
 * @param difference the first; nothing is done after it
 */
public record RunResult(
    int operations, SortedMap<String, Integer> outcomes, Optional<Difference> difference) {}
