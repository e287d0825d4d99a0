package dev.ringside.lab.live;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

/** Settings of runs that differ in what matters to who looks at them. */
final class LiveFixture {
  private LiveFixture() {}

  /** The defaults with some words changed: {@code "ring=packed batch=1"}. */
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

  static Stream<String> everyKind() {
    return Stream.of(
        "",
        "ring=packed",
        "event-idx=off",
        "ring=packed event-idx=off completion=spin",
        "indirect=off queue-size=32 refill=all",
        "ring=packed indirect=off queue-size=27 in-order=on",
        "in-order=on batch=0",
        "workers=0 costs=kevlar refill=all batch=0",
        "wait=poll completion=spin",
        "wait=adaptive think-ns=30000",
        "coalesce-count=4 coalesce-ns=20000",
        "service=none costs=zero batch=1");
  }
}
