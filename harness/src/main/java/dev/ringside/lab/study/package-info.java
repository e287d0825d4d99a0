/**
 * Batching experiments. An {@link dev.ringside.lab.study.Experiment} declares what is varied; each
 * {@link dev.ringside.lab.study.StudyPoint} of it is one run, in simulated time or at full speed;
 * its {@link dev.ringside.lab.study.PointResult} is computed from the events of the run.
 *
 * <p>The way of an experiment, in the order in which to read it:
 *
 * <pre>
 *   ExperimentReader, ExperimentWords   a text or flags become an Experiment
 *   Parameters, RunSettings, StudyPlan  its values are read, checked, and become runs
 *   StudyRunner, PointRun               the runs, side by side; one of them
 *   ClosedLoop, OpenLoop, TreeRead      what submits requests, through a MeteredQueue
 *   RunMeter                            what the events tell
 *   PointLaws, StudyLaws                what they should
 *   StudyTable, StudyFolder             what is left of it
 * </pre>
 *
 * <p>Nothing here knows of the command line or of the pictures of a report.
 */
@NullMarked
package dev.ringside.lab.study;

import org.jspecify.annotations.NullMarked;
