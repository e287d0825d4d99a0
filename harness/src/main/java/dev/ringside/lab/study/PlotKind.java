package dev.ringside.lab.study;

/** The pictures that a report can draw of an experiment. */
public enum PlotKind {
  /** Metrics over the x parameter, a line each for the values of the series parameter. */
  LINES,
  /** Throughput and the latency's p50 and p99 over the x parameter, the knee marked. */
  KNEE,
  /** Throughput against latency, a point for each value of the x parameter. */
  THROUGHPUT_LATENCY,
  /** Kicks and interrupts per request over the x parameter, with the line of one over x. */
  NOTIFICATIONS,
  /** The occupancy of the ring over time, a line a point. */
  OCCUPANCY,
  /** How many requests the kicks announced, and completions the interrupts. */
  BATCH_HISTOGRAM,
  /** The mean latency by stage, a bar for each value of the x parameter. */
  LATENCY_STAGES,
  /** The distribution of latency by percentile, a line a point. */
  LATENCY_DISTRIBUTION,
  /** A metric as colour over the x and the y parameter. */
  HEAT_MAP,
  /** A table with a row for each value of the series parameter. */
  TABLE
}
