package dev.ringside.lab.bench;

import dev.ringside.machine.Clock;
import dev.ringside.machine.EventLog;
import dev.ringside.machine.EventType;
import dev.ringside.machine.RunHash;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** What an event costs whoever notes it, in a log that is off, kept, hashed or looked at. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class EventLogBenchmark {
  private static final int EVENTS = 50_000;

  /** What becomes of an event. */
  public enum Kind {
    /** Nothing. */
    OFF,
    /** It is kept, at the machine's time. */
    RECORDING,
    /** It is kept, at a simulated time. */
    SIMULATED,
    /** It goes into a hash, at a simulated time. */
    HASHING,
    /** It goes into a hash and to somebody who looks. */
    STREAMING
  }

  /** What becomes of an event. */
  @Param
  @SuppressWarnings("NullAway.Init") // JMH sets it
  public Kind kind;

  private final Clock simulated = () -> this.now;
  private long now;
  private long looked;
  private @Nullable EventLog log;
  private EventLog.Track track = EventLog.OFF.track("off");

  /** Begins with an empty log, so that memory does not run out. */
  @Setup(Level.Invocation)
  public void begin() {
    RunHash hash = new RunHash();
    EventLog fresh =
        switch (kind) {
          case OFF -> EventLog.OFF;
          case RECORDING -> EventLog.recording(System::nanoTime);
          case SIMULATED -> EventLog.recording(simulated);
          case HASHING -> EventLog.hashing(simulated, hash, false);
          case STREAMING ->
              EventLog.streaming(
                  simulated, hash, (time, where, type, first, second) -> looked += second);
        };
    log = fresh;
    track = fresh.track("benchmark");
  }

  /** Gives the log's memory back. */
  @TearDown(Level.Invocation)
  public void end() {
    if (log != null) {
      log.close();
    }
  }

  /** Each event at a time of its own. */
  @Benchmark
  @OperationsPerInvocation(EVENTS)
  public void each() {
    for (int i = 0; i < EVENTS; i++) {
      now++;
      track.record(EventType.POP, i, 4096);
    }
  }

  /** Eight events at one time, as of a batch. */
  @Benchmark
  @OperationsPerInvocation(EVENTS)
  public void batch() {
    for (int i = 0; i < EVENTS; i += 8) {
      now++;
      track.record(EventType.POP, i, 4096);
      for (int j = 1; j < 8; j++) {
        track.recordAgain(EventType.POP, i + j, 4096);
      }
    }
  }
}
