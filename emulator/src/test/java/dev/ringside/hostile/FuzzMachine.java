package dev.ringside.hostile;

import dev.ringside.machine.RandomStreams;
import dev.ringside.machine.RunHash;
import dev.ringside.machine.SimulatedScheduler;
import java.util.function.Consumer;

/**
 * A guest and a device for one input of a fuzzer, in simulated time: the same input does the same
 * every time. Whatever the input did, the device must come to rest without an exception, end its
 * tasks on reset, and work again.
 */
final class FuzzMachine {
  private static final long SEED = 1;
  private static final int RAM_BYTES = 1 << 16;
  private static final int LOW_BYTES = 1 << 15;

  /** Reused: all of it is wiped before each input. */
  private static final GuestRam RAM = new GuestRam(RAM_BYTES, LOW_BYTES);

  private FuzzMachine() {}

  static void run(Combination combination, Setup setup, int workers, Consumer<RawGuest> input) {
    RAM.wipe();
    SimulatedScheduler scheduler = new SimulatedScheduler(new RandomStreams(SEED), new RunHash());
    RawGuest guest = new RawGuest(combination, setup, workers, scheduler, RAM);
    scheduler.run(
        () -> {
          input.accept(guest);
          guest.rest();
          guest.expectRestart();
        });
  }
}
