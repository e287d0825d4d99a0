package dev.ringside.driver.testing;

import dev.ringside.machine.RandomStreams;
import dev.ringside.machine.RealScheduler;
import dev.ringside.machine.RunHash;
import dev.ringside.machine.Scheduler;
import dev.ringside.machine.SimulatedScheduler;
import java.util.function.Consumer;

/** The two times that a scenario can run in. */
public enum TestTime {
  REAL {
    @Override
    public void run(Consumer<Scheduler> scenario) {
      scenario.accept(new RealScheduler());
    }
  },
  SIMULATED {
    @Override
    public void run(Consumer<Scheduler> scenario) {
      SimulatedScheduler scheduler = new SimulatedScheduler(new RandomStreams(1), new RunHash());
      scheduler.run(() -> scenario.accept(scheduler));
    }
  };

  /** Runs a scenario to its end; what it throws fails the test. */
  public abstract void run(Consumer<Scheduler> scenario);
}
