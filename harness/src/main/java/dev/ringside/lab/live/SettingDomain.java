package dev.ringside.lab.live;

import java.util.List;

/** What a {@link LiveSetting} may be. */
public sealed interface SettingDomain {
  /** One of some words. */
  record Words(List<String> words) implements SettingDomain {
    public Words {
      words = List.copyOf(words);
    }
  }

  /**
   * A whole number.
   *
   * @param least the smallest allowed
   * @param most the largest allowed
   * @param unit empty for a plain number
   */
  record Whole(long least, long most, String unit) implements SettingDomain {}

  /** A service model, as {@link dev.ringside.storage.ServiceModel} parses it. */
  record Service() implements SettingDomain {}
}
