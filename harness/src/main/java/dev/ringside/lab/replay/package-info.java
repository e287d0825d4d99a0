/**
 * Replaying a recorded trace: what the traced driver was asked to do, asked of a {@link
 * dev.ringside.driver.BlockDevice} of this house.
 *
 * <p>Start with {@link dev.ringside.lab.replay.ReplayRun}, which puts a machine together for one
 * replay, and {@link dev.ringside.lab.replay.Replayer}, the closed loop on it. Before that, {@link
 * dev.ringside.lab.replay.TraceSurvey} has read the whole trace once; with it, {@link
 * dev.ringside.lab.replay.RequestTranslation} makes events into requests; after it, {@link
 * dev.ringside.lab.replay.ReplayResult} says what happened.
 *
 * <p>Traces come from {@code lab.trace} only, whatever their format. The command line is not
 * imported here.
 */
@NullMarked
package dev.ringside.lab.replay;

import org.jspecify.annotations.NullMarked;
