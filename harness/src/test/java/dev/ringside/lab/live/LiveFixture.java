package dev.ringside.lab.live;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

/** Settings of runs that differ in what matters to who looks at them. */
final class LiveFixture {
  private LiveFixture() {}

  /** The defaults with some words changed: {@code "ring=packed batch=each"}. */
  static LiveSettings settings(String words) {
    Map<String, String> named = new LinkedHashMap<>();
    for (String word : words.split(" ", -1)) {
      if (!word.isEmpty()) {
        named.put(word.substring(0, word.indexOf('=')), word.substring(word.indexOf('=') + 1));
      }
    }
    try {
      return LiveSettings.defaults().with(named);
    } catch (LiveSettingException wrong) {
      throw new IllegalArgumentException(wrong);
    }
  }

  /** As the other, with a device that goes wrong. */
  static LiveSettings faulty(String words, String faults) {
    try {
      return settings(words).with(Map.of("timeout-ns", "300000", "faults", faults));
    } catch (LiveSettingException wrong) {
      throw new IllegalArgumentException(wrong);
    }
  }

  static Stream<String> everyKind() {
    return Stream.of(
        "",
        "ring=packed",
        "event-idx=off",
        "ring=packed event-idx=off completion=spin",
        "indirect=off queue-size=32 refill=all",
        "ring=packed indirect=off queue-size=27 in-order=on",
        "in-order=on batch=last",
        "workers=0 costs=kevlar refill=all batch=last",
        "wait=poll completion=spin",
        "wait=adaptive think-ns=30000",
        "coalesce=4,20000",
        "service=none costs=zero batch=each",
        "batch=plug:32 pattern=sequential queue-depth=16 refill=all",
        "ring=packed batch=plug:4 pattern=sequential indirect=off queue-size=32",
        "batch=adaptive:4 completion=delayed",
        "batch=count-or-time:4,30000 completion=hybrid:20000 wait=adaptive:5000",
        "completion=poll-queue costs=kvm,kick=2us",
        "merge=8 workers=0 pattern=sequential reads=100 batch=last refill=all");
  }
}
