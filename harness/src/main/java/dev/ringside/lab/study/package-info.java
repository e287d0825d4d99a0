/**
 * Batching experiments. An {@link dev.ringside.lab.study.Experiment} declares what is varied; each
 * {@link dev.ringside.lab.study.StudyPoint} of it is one run, in simulated time or at full speed;
 * its {@link dev.ringside.lab.study.PointResult} is computed from the events of the run.
 */
@NullMarked
package dev.ringside.lab.study;

import org.jspecify.annotations.NullMarked;
