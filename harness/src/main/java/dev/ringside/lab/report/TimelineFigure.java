package dev.ringside.lab.report;

import dev.ringside.lab.report.plot.Axis;
import dev.ringside.lab.report.plot.LinearScale;
import dev.ringside.lab.report.plot.RequestTimeline;
import dev.ringside.lab.report.plot.Unit;
import dev.ringside.lab.report.trace.RequestSpan;
import dev.ringside.machine.EventLog;
import dev.ringside.machine.EventType;
import java.util.ArrayList;
import java.util.List;

/** The first requests of a run as bars over time, the notifications above them. */
final class TimelineFigure {
  private static final int MOST_REQUESTS = 40;
  private static final List<String> STAGES =
      List.of(
          "submit → publish",
          "publish → pop",
          "pop → service",
          "service",
          "service → used",
          "used → reap");

  private TimelineFigure() {}

  static Figure of(RunEvents run) {
    String title = "The first requests of " + run.title();
    List<RequestSpan> spans = RequestSpan.of(run.events(), MOST_REQUESTS);
    if (spans.isEmpty()) {
      return new Figure(title, List.of(), "", "", "");
    }
    long start = run.events().getFirst().time();
    long end = start + 1;
    for (RequestSpan span : spans) {
      end = Math.max(end, Math.max(Math.max(span.submit(), span.end()), span.reap()));
    }
    List<RequestTimeline.Row> rows = new ArrayList<>();
    for (int i = 0; i < spans.size(); i++) {
      rows.add(row(i, spans.get(i), start, end));
    }
    List<RequestTimeline.Lane> lanes = new ArrayList<>();
    addLane(lanes, run, start, end, "kick", EventType.KICK);
    addLane(lanes, run, start, end, "kick suppressed", EventType.SUPPRESS_KICK);
    addLane(lanes, run, start, end, "interrupt", EventType.INTERRUPT);
    addLane(lanes, run, start, end, "interrupt suppressed", EventType.SUPPRESS_INTERRUPT);
    addLane(lanes, run, start, end, "interrupt held", EventType.HOLD_INTERRUPT);
    addLane(lanes, run, start, end, "ring full", EventType.RING_FULL);
    addLane(lanes, run, start, end, "fault", EventType.FAULT);
    Axis bottom =
        new Axis("time since the first event", new LinearScale(0, end - start, Unit.NANOSECONDS));
    RequestTimeline plot = new RequestTimeline(title, bottom, STAGES, lanes, rows);
    long all = run.events().stream().filter(event -> event.type() == EventType.SUBMIT).count();
    String omission =
        all > spans.size()
            ? "%d of %d requests are drawn, the first ones.".formatted(spans.size(), all)
            : "";
    return new Figure(title, List.of(new Panel(plot)), "", "", omission);
  }

  private static void addLane(
      List<RequestTimeline.Lane> lanes,
      RunEvents run,
      long start,
      long end,
      String name,
      EventType type) {
    List<RequestTimeline.Mark> marks = new ArrayList<>();
    for (EventLog.Event event : run.events()) {
      if (event.type() == type && event.time() <= end) {
        long time = event.time() - start;
        String tooltip =
            "%s at %s, %d".formatted(name, Unit.NANOSECONDS.format((double) time), event.second());
        marks.add(new RequestTimeline.Mark(time, tooltip));
      }
    }
    if (!marks.isEmpty()) {
      lanes.add(new RequestTimeline.Lane(name, marks));
    }
  }

  private static RequestTimeline.Row row(int number, RequestSpan span, long start, long end) {
    long[] times = {
      span.submit(), span.publish(), span.pop(), span.begin(), span.end(), span.used(), span.reap()
    };
    String name = "%d (queue %d, head %d)".formatted(number, span.queue(), span.head());
    List<RequestTimeline.Span> stages = new ArrayList<>();
    long from = times[0];
    for (int stage = 0; stage < STAGES.size(); stage++) {
      long to = times[stage + 1];
      if (to < from) {
        continue;
      }
      if (to > from) {
        String tooltip =
            "request %s: %s %s"
                .formatted(name, STAGES.get(stage), Unit.NANOSECONDS.format((double) (to - from)));
        stages.add(
            new RequestTimeline.Span(stage, from - start, Math.min(to, end) - start, tooltip));
      }
      from = to;
    }
    return new RequestTimeline.Row(Integer.toString(number), stages);
  }
}
