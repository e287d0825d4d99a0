package dev.ringside.lab.crash;

/**
 * How thorough a sweep is.
 *
 * @param seed where drawn states come from
 * @param drawn states for every cut, besides the fixed ones
 * @param every only each such state is judged, 1 for all
 * @param peersEvery for each such judged state, e2fsck recovers a copy, and the kernel one in ten
 *     of these; 0 for never
 * @param recoveries how many states of a scenario have their recovery crashed, too
 * @param ignoredFlushes whether the disk is broken: no flush does anything
 * @param kernel whether the kernel can be asked
 */
public record CrashSettings(
    long seed,
    int drawn,
    int every,
    int peersEvery,
    int recoveries,
    boolean ignoredFlushes,
    boolean kernel) {}
