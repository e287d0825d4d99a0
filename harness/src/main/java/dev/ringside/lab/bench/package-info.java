/**
 * Benchmarks: what the route costs on the machine at hand. Each stands beside a reference that was
 * measured in the same run, because the machine may be slow at the moment. Start with {@link
 * dev.ringside.lab.bench.RingBenchmark}, and {@link dev.ringside.lab.bench.QueueSuite}, which sets
 * it beside the same in C.
 */
@NullMarked
package dev.ringside.lab.bench;

import org.jspecify.annotations.NullMarked;
