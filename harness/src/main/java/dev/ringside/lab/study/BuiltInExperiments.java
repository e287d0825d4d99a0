package dev.ringside.lab.study;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The experiments that come with Ringside: the ten exercises, in their order. */
public final class BuiltInExperiments {
  /** All of them. */
  public static final List<String> NAMES =
      List.of(
          "01-queue-depth",
          "02-batch-size",
          "03-event-idx",
          "04-coalescing",
          "05-poll-or-interrupt",
          "06-fsync",
          "07-kevlar",
          "08-multi-queue",
          "09-replay",
          "10-lost-wakeup");

  private BuiltInExperiments() {}

  /**
   * An experiment by its name, or by the name without its number.
   *
   * @return nothing when there is none
   */
  public static Optional<Experiment> named(String name) throws ExperimentException {
    for (String known : NAMES) {
      if (known.equals(name) || known.substring(3).equals(name)) {
        return Optional.of(read(known));
      }
    }
    return Optional.empty();
  }

  /** All of them, read. */
  public static List<Experiment> all() throws ExperimentException {
    List<Experiment> all = new ArrayList<>();
    for (String name : NAMES) {
      all.add(read(name));
    }
    return all;
  }

  private static Experiment read(String name) throws ExperimentException {
    try (InputStream text =
        BuiltInExperiments.class.getResourceAsStream("/experiments/" + name + ".toml")) {
      if (text == null) {
        throw new IllegalStateException("no experiment " + name);
      }
      return ExperimentReader.read(name, new String(text.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException unreadable) {
      throw new IllegalStateException(unreadable);
    }
  }
}
