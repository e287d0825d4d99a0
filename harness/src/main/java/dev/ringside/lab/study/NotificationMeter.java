package dev.ringside.lab.study;

/** Follows the kicks, interrupts and sleeps of one queue. */
final class NotificationMeter {
  private final CountTally requestsPerKick;
  private final CountTally completionsPerInterrupt;

  private long publications;
  private long suppressedKicks;
  private long spuriousKicks;
  private long suppressedInterrupts;
  private long heldInterrupts;
  private long ringFull;
  private long announced;
  private long completed;

  /** Completions that wait for an interrupt, and the sum of the times at which they began to. */
  private long waiting;

  private long waitingSince;
  private long interruptWait;
  private long interrupted;

  /** The device is not at work, and no kick has told it to be. */
  private boolean deviceIdle = true;

  private boolean driverAsleep;
  private boolean deviceAsleep;
  private long driverAsleepSince;
  private long deviceAsleepSince;
  private long driverSleep;
  private long deviceSleep;

  NotificationMeter(CountTally requestsPerKick, CountTally completionsPerInterrupt) {
    this.requestsPerKick = requestsPerKick;
    this.completionsPerInterrupt = completionsPerInterrupt;
  }

  void publish(long requests) {
    publications++;
    announced += requests;
  }

  void kick() {
    requestsPerKick.add(announced);
    announced = 0;
    if (!deviceIdle) {
      spuriousKicks++;
    }
    deviceIdle = false;
  }

  void suppressKick() {
    suppressedKicks++;
  }

  void use(long now, long entries) {
    completed += entries;
    waiting += entries;
    waitingSince += now * entries;
  }

  void interrupt(long now) {
    completionsPerInterrupt.add(completed);
    interruptWait += now * waiting - waitingSince;
    interrupted += waiting;
    completed = 0;
    noLongerWaiting();
  }

  private void noLongerWaiting() {
    waiting = 0;
    waitingSince = 0;
  }

  void suppressInterrupt() {
    suppressedInterrupts++;
    noLongerWaiting();
  }

  void holdInterrupt() {
    heldInterrupts++;
  }

  void ringFull() {
    ringFull++;
  }

  void driverSleeps(long now) {
    driverAsleep = true;
    driverAsleepSince = now;
  }

  void driverWakes(long now) {
    if (driverAsleep) {
      driverAsleep = false;
      driverSleep += now - driverAsleepSince;
    }
  }

  void deviceSleeps(long now) {
    deviceIdle = true;
    deviceAsleep = true;
    deviceAsleepSince = now;
  }

  void deviceWakes(long now) {
    deviceIdle = false;
    if (deviceAsleep) {
      deviceAsleep = false;
      deviceSleep += now - deviceAsleepSince;
    }
  }

  /** What counts begins now: who sleeps goes on to sleep. */
  void begin(long now) {
    driverSleep = 0;
    deviceSleep = 0;
    driverAsleepSince = now;
    deviceAsleepSince = now;
  }

  /** Nothing that happens later counts. */
  void end(long now) {
    if (driverAsleep) {
      driverSleep += now - driverAsleepSince;
      driverAsleepSince = now;
    }
    if (deviceAsleep) {
      deviceSleep += now - deviceAsleepSince;
      deviceAsleepSince = now;
    }
  }

  long publications() {
    return publications;
  }

  long suppressedKicks() {
    return suppressedKicks;
  }

  long spuriousKicks() {
    return spuriousKicks;
  }

  long suppressedInterrupts() {
    return suppressedInterrupts;
  }

  long heldInterrupts() {
    return heldInterrupts;
  }

  long ringFulls() {
    return ringFull;
  }

  /** How long completions waited for their interrupt, all together, in nanoseconds. */
  long interruptWait() {
    return interruptWait;
  }

  /** How many completions waited for one. */
  long interrupted() {
    return interrupted;
  }

  long driverSleep() {
    return driverSleep;
  }

  long deviceSleep() {
    return deviceSleep;
  }
}
