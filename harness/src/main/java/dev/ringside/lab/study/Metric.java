package dev.ringside.lab.study;

/** What is measured at every point of a study; the columns of its tables, in their order. */
public enum Metric {
  REQUESTS("requests", "", "requests that ended"),
  ELAPSED("elapsed_ns", "ns", "from the first arrival to the last completion"),
  THROUGHPUT("requests_per_s", "1/s", "requests that ended in a second"),
  BANDWIDTH("bytes_per_s", "B/s", "data moved in a second"),
  LATENCY_MEAN("latency_mean_ns", "ns", "mean time from arrival to completion"),
  LATENCY_P50("latency_p50_ns", "ns", "half of the requests took no longer"),
  LATENCY_P90("latency_p90_ns", "ns", "nine of ten requests took no longer"),
  LATENCY_P99("latency_p99_ns", "ns", "99 of 100 requests took no longer"),
  LATENCY_P999("latency_p999_ns", "ns", "999 of 1000 requests took no longer"),
  LATENCY_MAX("latency_max_ns", "ns", "the longest"),
  KICKS_PER_REQUEST("kicks_per_request", "", "notifications sent for each request"),
  SUPPRESSED_KICKS_PER_REQUEST(
      "suppressed_kicks_per_request", "", "notifications that the device had asked to leave out"),
  SPURIOUS_KICKS_PER_REQUEST(
      "spurious_kicks_per_request", "", "notifications that found a device already at work"),
  REQUESTS_PER_KICK("requests_per_kick", "", "mean batch that a notification announced"),
  INTERRUPTS_PER_REQUEST("interrupts_per_request", "", "interrupts raised for each request"),
  SUPPRESSED_INTERRUPTS_PER_REQUEST(
      "suppressed_interrupts_per_request", "", "interrupts that the driver did not want"),
  HELD_INTERRUPTS_PER_REQUEST(
      "held_interrupts_per_request", "", "publications whose interrupt was held back to coalesce"),
  COMPLETIONS_PER_INTERRUPT(
      "completions_per_interrupt", "", "mean completions that an interrupt announced"),
  COALESCING_WAIT(
      "coalescing_wait_ns", "ns", "mean time from a completion's publication to its interrupt"),
  DESCRIPTORS_PER_REQUEST("descriptors_per_request", "", "descriptors of the ring a request took"),
  OCCUPANCY_MEAN("occupancy_mean", "", "requests in the ring, weighted by time"),
  OCCUPANCY_P99("occupancy_p99", "", "requests in the ring for 99 percent of the time or fewer"),
  RING_FULL("ring_full", "", "submissions that found no room"),
  IN_SERVICE_MEAN("in_service_mean", "", "requests that the storage works on, weighted by time"),
  DRIVER_ASLEEP("driver_asleep", "", "share of the time in which the driver waited for interrupts"),
  DEVICE_ASLEEP("device_asleep", "", "share of the time in which the device waited for kicks"),
  EFFICIENCY("efficiency", "", "service time as a share of the time that requests took"),
  FAILED("failed", "", "requests that ended with an error"),
  LOST_WAKEUPS("lost_wakeups", "", "waits that ended only because the driver looked by itself");

  private final String label;
  private final String unit;
  private final String description;

  Metric(String label, String unit, String description) {
    this.label = label;
    this.unit = unit;
    this.description = description;
  }

  /** The column's name, with the unit in it. */
  public String label() {
    return label;
  }

  /** What it is counted in; empty for a plain number. */
  public String unit() {
    return unit;
  }

  /** What it means, as a part of a sentence. */
  public String description() {
    return description;
  }
}
