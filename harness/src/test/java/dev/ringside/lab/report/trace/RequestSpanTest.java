package dev.ringside.lab.report.trace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.lab.report.RunFixture;
import dev.ringside.machine.EventLog;
import dev.ringside.machine.EventType;
import java.util.List;
import org.junit.jupiter.api.Test;

final class RequestSpanTest {
  @Test
  void followsARequestFromSubmissionToReaping() {
    RequestSpan first = RequestSpan.of(RunFixture.requests(8), 40).getFirst();
    assertThat(first)
        .isEqualTo(new RequestSpan(0, 0, 4096, 0, 800, 1700, 1800, 4100, 13_300, 14_250));
  }

  @Test
  void leavesUnknownWhatHasNotHappened() {
    List<EventLog.Event> events = RunFixture.requests(8).subList(0, 9);
    RequestSpan first = RequestSpan.of(events, 40).getFirst();
    assertThat(first.publish()).isEqualTo(800);
    assertThat(first.pop()).isEqualTo(RequestSpan.UNKNOWN);
    assertThat(first.reap()).isEqualTo(RequestSpan.UNKNOWN);
  }

  @Test
  void takesNoMoreThanAskedFor() {
    assertThat(RequestSpan.of(RunFixture.requests(64), 10)).hasSize(10);
  }

  @Test
  void tellsRequestsOfTheSameHeadOnTwoQueuesApart() {
    List<EventLog.Event> events =
        List.of(
            new EventLog.Event(1, "driver", EventType.SUBMIT, 5, 512),
            new EventLog.Event(2, "driver-1", EventType.SUBMIT, 5, 1024),
            new EventLog.Event(3, "queue-1", EventType.POP, 5, 1024),
            new EventLog.Event(4, "queue-0", EventType.POP, 5, 512),
            new EventLog.Event(5, "worker-0", EventType.BEGIN_SERVICE, 5, 1024),
            new EventLog.Event(6, "worker-1", EventType.BEGIN_SERVICE, 5, 512),
            new EventLog.Event(7, "worker-1", EventType.END_SERVICE, 5, 0),
            new EventLog.Event(8, "worker-0", EventType.END_SERVICE, 5, 0),
            new EventLog.Event(9, "driver", EventType.REAP, 5, 0));
    List<RequestSpan> spans = RequestSpan.of(events, 10);
    assertThat(spans.get(0).queue()).isZero();
    assertThat(spans.get(0).begin()).isEqualTo(6);
    assertThat(spans.get(0).end()).isEqualTo(7);
    assertThat(spans.get(0).reap()).isEqualTo(9);
    assertThat(spans.get(1).queue()).isOne();
    assertThat(spans.get(1).begin()).isEqualTo(5);
    assertThat(spans.get(1).end()).isEqualTo(8);
    assertThat(spans.get(1).reap()).isEqualTo(RequestSpan.UNKNOWN);
  }
}
