package dev.ringside.lab.study;

/** The parts of a request's way, which together are its latency. */
public enum Stage {
  /** From its arrival until the driver has written its chain: the wait for room or for the task. */
  ARRIVE_TO_SUBMIT("arrive_to_submit"),
  /** From the chain until the available index is published: the wait for the batch. */
  SUBMIT_TO_PUBLISH("submit_to_publish"),
  /** From the publication until the device takes the chain: kick, wake-up, and the queue there. */
  PUBLISH_TO_POP("publish_to_pop"),
  /** From the device's taking it until the storage begins: the wait for a worker. */
  POP_TO_SERVICE("pop_to_service"),
  /** What the storage takes. */
  SERVICE("service"),
  /** From the end of service until the used index is published: the wait for the device's batch. */
  SERVICE_TO_USED("service_to_used"),
  /** From the used index until the driver ends the request: interrupt, wake-up or poll. */
  USED_TO_REAP("used_to_reap"),
  /** All of it, from arrival to the end. */
  TOTAL("total");

  private final String label;

  Stage(String label) {
    this.label = label;
  }

  /** As columns, files and plots call it: lower case, words joined by an underscore. */
  public String label() {
    return label;
  }
}
