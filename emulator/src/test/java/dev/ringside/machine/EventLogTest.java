package dev.ringside.machine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class EventLogTest {
  private long now;

  @Test
  void mergesItsTracksByTime() {
    try (EventLog log = EventLog.recording(() -> now)) {
      EventLog.Track driver = log.track("driver");
      EventLog.Track device = log.track("device");
      now = 10;
      driver.record(EventType.SUBMIT, 1, 4096);
      now = 30;
      driver.record(EventType.KICK, 0, 1);
      now = 20;
      device.record(EventType.POP, 5, 4096);

      assertThat(log.events())
          .containsExactly(
              new EventLog.Event(10, "driver", EventType.SUBMIT, 1, 4096),
              new EventLog.Event(20, "device", EventType.POP, 5, 4096),
              new EventLog.Event(30, "driver", EventType.KICK, 0, 1));
    }
  }

  @Test
  void keepsMoreEventsThanItsFirstAllocation() {
    try (EventLog log = EventLog.recording(() -> now)) {
      EventLog.Track track = log.track("driver");
      for (now = 0; now < 10_000; now++) {
        track.record(EventType.REAP, now, 0);
      }

      assertThat(log.events()).hasSize(10_000);
      assertThat(log.events().getLast().first()).isEqualTo(9_999);
    }
  }

  @Test
  void readsTheClockOnceForEventsOfOneStep() {
    try (EventLog log = EventLog.recording(() -> now++)) {
      EventLog.Track track = log.track("driver");
      track.record(EventType.POP, 1, 0);
      track.recordAgain(EventType.POP, 2, 0);
      track.record(EventType.POP, 3, 0);
      track.recordAt(7, EventType.POP, 4, 0);
      track.recordAgain(EventType.POP, 5, 0);

      assertThat(log.events().stream().map(EventLog.Event::time))
          .containsExactly(0L, 0L, 1L, 7L, 7L);
    }
  }

  @Test
  void hashesEveryPartOfAnEvent() {
    RunHash usual = new RunHash();
    usual.addEvent(1, 2, 3, 4);
    for (long[] other : new long[][] {{0, 2, 3, 4}, {1, 3, 3, 4}, {1, 2, 4, 4}, {1, 2, 4, 3}}) {
      RunHash hash = new RunHash();
      hash.addEvent(other[0], other[1], other[2], other[3]);

      assertThat(hash.value()).isNotEqualTo(usual.value());
    }
  }

  @Test
  void hashesWhatItDoesNotKeep() {
    RunHash hash = new RunHash();
    try (EventLog log = EventLog.hashing(() -> now, hash, false)) {
      log.track("driver").record(EventType.KICK, 0, 1);

      assertThat(log.events()).isEmpty();
      assertThat(hash.value()).isNotZero();
    }
  }

  @Test
  void recordsNothingWhenItIsOff() {
    EventLog.OFF.track("driver").record(EventType.KICK, 0, 1);

    assertThat(EventLog.OFF.events()).isEmpty();
  }
}
