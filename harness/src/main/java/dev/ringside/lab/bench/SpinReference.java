package dev.ringside.lab.bench;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The reference: one word handed to another core and back, both spinning. It says in which state
 * the machine is; about 70 to 100 ns is the fast one.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class SpinReference {
  private static final long STOP = -1;

  private volatile long ball;
  private volatile long returned;
  private Thread other;

  /** Starts the other side. */
  @Setup
  public void start() {
    other = Thread.ofPlatform().daemon().start(this::giveBack);
  }

  private void giveBack() {
    long seen = 0;
    while (seen != STOP) {
      long now = ball;
      if (now == seen) {
        Thread.onSpinWait();
      } else {
        seen = now;
        returned = now;
      }
    }
  }

  /** Ends the other side. */
  @TearDown
  public void stop() throws InterruptedException {
    ball = STOP;
    other.join();
  }

  /** There and back. */
  @Benchmark
  @SuppressWarnings("NonAtomicVolatileUpdate") // one side writes
  public long roundTrip() {
    long next = ball + 1;
    ball = next;
    while (returned != next) {
      Thread.onSpinWait();
    }
    return next;
  }
}
