package dev.ringside.lab.live;

import java.util.List;
import java.util.function.Consumer;

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

  /**
   * Words with numbers in them.
   *
   * @param reader throws an {@link IllegalArgumentException} with a line for the user when a text
   *     is none
   */
  record Phrase(Consumer<String> reader) implements SettingDomain {}
}
