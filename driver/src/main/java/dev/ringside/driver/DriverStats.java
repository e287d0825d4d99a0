package dev.ringside.driver;

/** What a driver did since it started. Read by the task that uses the driver. */
public final class DriverStats {
  private final Tally requestsPerKick;
  private final Tally completionsPerInterrupt;
  private final Tally requestsPerPlugFlush;
  private long requests;
  private long chains;
  private long completions;
  private long pollRounds;
  private long pollNs;
  private long kicksSuppressed;
  private int requestsSinceKick;
  private int completionsSinceInterrupt;
  private long interrupts;
  private long lostInterrupts;
  private long recoveries;
  private long repeatedKicks;
  private long retries;
  private long reissues;
  private long givenUp;

  DriverStats(int queueSize) {
    requestsPerKick = new Tally(queueSize);
    completionsPerInterrupt = new Tally(queueSize);
    requestsPerPlugFlush = new Tally(queueSize);
  }

  /**
   * Chains became visible to the device.
   *
   * @param batch how many chains
   * @param requestsInThem not less
   */
  void published(int batch, int requestsInThem) {
    chains += batch;
    requests += requestsInThem;
    requestsSinceKick += requestsInThem;
  }

  /** So many requests left the plug together. */
  void plugFlushed(int length) {
    requestsPerPlugFlush.add(length);
  }

  void polled(int rounds, long nanoseconds) {
    pollRounds += rounds;
    pollNs += nanoseconds;
  }

  void kicked() {
    requestsPerKick.add(requestsSinceKick);
    requestsSinceKick = 0;
  }

  void kickSuppressed() {
    kicksSuppressed++;
  }

  void interrupted() {
    if (interrupts > 0) {
      completionsPerInterrupt.add(completionsSinceInterrupt);
    }
    interrupts++;
    completionsSinceInterrupt = 0;
  }

  void interruptLost() {
    lostInterrupts++;
  }

  void recovered() {
    recoveries++;
    requestsSinceKick = 0;
  }

  void kickRepeated() {
    repeatedKicks++;
  }

  void retried() {
    retries++;
  }

  void reissued() {
    reissues++;
  }

  void gaveUp() {
    givenUp++;
  }

  void reaped(int batch) {
    completions += batch;
    completionsSinceInterrupt += batch;
  }

  /** Requests that were published to the device. */
  public long requests() {
    return requests;
  }

  /** Chains that these took: fewer than requests when some were merged. */
  public long chains() {
    return chains;
  }

  /** Requests that went along in the chain of another. */
  public long merged() {
    return requests - chains;
  }

  /** Requests that have been reaped. */
  public long completions() {
    return completions;
  }

  /** Requests that left the plug together, with those that went past it. */
  public Tally requestsPerPlugFlush() {
    return requestsPerPlugFlush;
  }

  /** Rounds of polling that found nothing. */
  public long pollRounds() {
    return pollRounds;
  }

  /** The time that waits spent polling; 0 without {@link DriverSettings#timestamps}. */
  public long pollNs() {
    return pollNs;
  }

  /** Publications that would have notified a device that always wants it. */
  public long kicksAsked() {
    return requestsPerKick.count() + kicksSuppressed;
  }

  /** Notifications that were sent. */
  public long kicksSent() {
    return requestsPerKick.count();
  }

  /** Notifications that the device had asked to leave out. */
  public long kicksSuppressed() {
    return kicksSuppressed;
  }

  /** Interrupts that the driver took. */
  public long interrupts() {
    return interrupts;
  }

  /** Waits that ended in time only because the driver looked by itself. */
  public long lostInterrupts() {
    return lostInterrupts;
  }

  /** How often the queue, or the whole device, was reset and brought up again. */
  public long recoveries() {
    return recoveries;
  }

  /** Notifications that were sent once more because nothing came back. */
  public long repeatedKicks() {
    return repeatedKicks;
  }

  /** How often a request that had ended badly was tried again. */
  public long retries() {
    return retries;
  }

  /** How often a request went to the device again after a reset. */
  public long reissues() {
    return reissues;
  }

  /** Requests that the driver itself has ended with an error, because of a reset. */
  public long givenUp() {
    return givenUp;
  }

  /** Requests published by each notification, with those whose own was suppressed. */
  public Tally requestsPerKick() {
    return requestsPerKick;
  }

  /** Completions reaped between an interrupt and the next; the last interrupt is still open. */
  public Tally completionsPerInterrupt() {
    return completionsPerInterrupt;
  }
}
