package dev.ringside.lab.bench;

import java.nio.file.Path;
import java.util.Map;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Runs JMH benchmarks, each in a JVM of its own.
 *
 * @param iterations of one second each, after as many to warm up
 * @param jvmOptions the file of flags that every JVM of Ringside runs with
 */
record Forks(int iterations, Path jvmOptions) {
  /**
   * Runs a benchmark once.
   *
   * @param method of the benchmark's class
   * @throws IllegalStateException when it cannot run
   */
  RunResult run(Class<?> benchmark, String method, Map<String, ?> parameters) {
    String name = (benchmark.getName() + "." + method).replace(".", "\\.");
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .include("^" + name + "$")
            .warmupIterations(iterations)
            .warmupTime(TimeValue.seconds(1))
            .measurementIterations(iterations)
            .measurementTime(TimeValue.seconds(1))
            .forks(1)
            .jvmArgs("@" + jvmOptions)
            .addProfiler("gc")
            .shouldFailOnError(true)
            .verbosity(VerboseMode.SILENT);
    parameters.forEach((parameter, value) -> options.param(parameter, value.toString()));
    try {
      return new Runner(options.build()).run().iterator().next();
    } catch (RunnerException failure) {
      throw new IllegalStateException("the benchmark cannot run", failure);
    }
  }
}
