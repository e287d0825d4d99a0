package dev.ringside.lab.bench;

import dev.ringside.virtio.transport.Transport;
import java.nio.file.Path;
import java.util.Collection;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * What a request through the ring costs. For each batch size the spin reference is measured first,
 * in a JVM of its own as all of them, so that a slow moment of the machine shows in both.
 *
 * @param iterations of one second each, after as many to warm up
 * @param transport how the device is attached
 * @param jvmOptions the file of flags that every JVM of Ringside runs with
 */
public record QueueSuite(int iterations, Transport transport, Path jvmOptions) {
  /** JMH's name for bytes allocated per operation, with the gc profiler on. */
  private static final String ALLOCATION = "gc.alloc.rate.norm";

  /**
   * A figure with its spread.
   *
   * @param median in nanoseconds
   * @param least the fastest iteration
   * @param most the slowest one
   * @param allocatedBytes of heap, per operation
   */
  public record Figure(double median, double least, double most, double allocatedBytes) {
    private static Figure of(RunResult result) {
      Result<?> primary = result.getPrimaryResult();
      Result<?> allocation = result.getSecondaryResults().get(ALLOCATION);
      return new Figure(
          primary.getStatistics().getPercentile(50),
          primary.getStatistics().getMin(),
          primary.getStatistics().getMax(),
          allocation == null ? Double.NaN : allocation.getScore());
    }
  }

  /**
   * One line of the table; all times are nanoseconds for each request.
   *
   * @param batch requests that are published together
   * @param spin one word to the other core and back
   * @param closed waiting for a batch before the next
   * @param pipelined keeping the ring full
   */
  public record Row(int batch, Figure spin, Figure closed, Figure pipelined) {}

  /**
   * Measures one batch size, which takes six times {@link #iterations} seconds and some more.
   *
   * @throws IllegalStateException when a benchmark cannot run
   */
  public Row measure(int batch) {
    try {
      return new Row(
          batch,
          measure(SpinReference.class.getName() + ".roundTrip", batch),
          measure(RingBenchmark.class.getName() + ".closed", batch),
          measure(RingBenchmark.class.getName() + ".pipelined", batch));
    } catch (RunnerException failure) {
      throw new IllegalStateException("the benchmark cannot run", failure);
    }
  }

  private Figure measure(String benchmark, int batch) throws RunnerException {
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .include("^" + benchmark.replace(".", "\\.") + "$")
            .param("batch", Integer.toString(batch))
            .param("transport", transport.name())
            .warmupIterations(iterations)
            .warmupTime(TimeValue.seconds(1))
            .measurementIterations(iterations)
            .measurementTime(TimeValue.seconds(1))
            .forks(1)
            .jvmArgs("@" + jvmOptions)
            .addProfiler("gc")
            .shouldFailOnError(true)
            .verbosity(VerboseMode.SILENT);
    Collection<RunResult> results = new Runner(options.build()).run();
    return Figure.of(results.iterator().next());
  }
}
