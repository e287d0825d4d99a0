package dev.ringside.lab.study;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The experiments that come with Ringside: the ten exercises, in their order, and others. */
public final class BuiltInExperiments {
  /** The exercises. */
  public static final List<String> EXERCISES =
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

  /** All there are. */
  public static final List<String> NAMES =
      Stream.concat(EXERCISES.stream(), Stream.of("qemu-sweep")).toList();

  private static final int NUMBER_LENGTH = "01-".length();

  private BuiltInExperiments() {}

  /**
   * An experiment by its name, or an exercise by its name without the number.
   *
   * @return nothing when there is none
   */
  public static Optional<Experiment> named(String name) throws ExperimentException {
    for (String known : NAMES) {
      if (known.equals(name)
          || (EXERCISES.contains(known) && known.substring(NUMBER_LENGTH).equals(name))) {
        return Optional.of(read(known));
      }
    }
    return Optional.empty();
  }

  /** All of them, read. */
  public static List<Experiment> all() throws ExperimentException {
    return read(NAMES);
  }

  /** The exercises, read. */
  public static List<Experiment> exercises() throws ExperimentException {
    return read(EXERCISES);
  }

  private static List<Experiment> read(List<String> names) throws ExperimentException {
    List<Experiment> experiments = new ArrayList<>();
    for (String name : names) {
      experiments.add(read(name));
    }
    return experiments;
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
