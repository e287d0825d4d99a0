package dev.ringside.lab.live;

import dev.ringside.blk.ServiceSettings;
import dev.ringside.lab.vm.DriverWords;
import dev.ringside.lab.vm.FaultWords;
import dev.ringside.lab.vm.ServiceWords;
import dev.ringside.machine.CostModel;
import dev.ringside.storage.ServiceModel;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** What can be set of a live run, from the command line and from the page. */
public enum LiveSetting {
  TIME(
      "time",
      "simulated",
      words("simulated", "real"),
      "virtual time, which can be stepped both ways, or full speed on real threads, which is only"
          + " sampled"),
  RING("ring", "split", words("split", "packed"), "how the ring is laid out"),
  QUEUE_SIZE(
      "queue-size", "16", whole(1, 32768, ""), "descriptors of the ring; a power of two if split"),
  EVENT_IDX(
      "event-idx",
      "on",
      words("on", "off"),
      "each side names the index from which on it wants to be notified (EVENT_IDX)"),
  INDIRECT(
      "indirect",
      "on",
      words("on", "off"),
      "a request takes one descriptor, which points at a table (INDIRECT_DESC); else three"),
  IN_ORDER("in-order", "off", words("on", "off"), "requests come back in their order (IN_ORDER)"),
  QUEUE_DEPTH("queue-depth", "8", whole(1, 32768, ""), "requests that the guest keeps in flight"),
  BATCH(
      "batch",
      "every:4",
      new SettingDomain.Phrase(DriverWords::batch),
      "when the driver notifies: " + DriverWords.BATCHES),
  REFILL(
      "refill",
      "each",
      words("each", "all"),
      "each: a completion is followed by a new request; all: a list waits for all of the last"),
  PATTERN("pattern", "random", words("random", "sequential"), "where on the disk requests go"),
  COMPLETION(
      "completion",
      "interrupt",
      new SettingDomain.Phrase(DriverWords::completion),
      "how the driver learns of completions: " + DriverWords.COMPLETIONS),
  TIMEOUT_NS(
      "timeout-ns",
      "0",
      whole(0, 1_000_000_000, "ns"),
      "how long the device may have a request before the driver recovers; 0 for ever"),
  WORKERS("workers", "4", whole(0, 64, ""), "tasks of the device that serve in parallel"),
  MERGE(
      "merge",
      "1",
      whole(1, ServiceSettings.MAX_MERGE, ""),
      "adjacent requests that the device makes into one transfer at most"),
  WAIT(
      "wait",
      "sleep",
      new SettingDomain.Phrase(ServiceWords::waiting),
      "what an idle device does: sleep, poll, or adaptive:NS, which polls before it sleeps"),
  COALESCE(
      "coalesce",
      "off",
      new SettingDomain.Phrase(ServiceWords::coalescing),
      "how the device holds interrupts back: off, COUNT,NS or rate:THRESHOLD,NS"),
  COSTS(
      "costs",
      "kvm",
      new SettingDomain.Phrase(CostModel::parse),
      "what emulation makes too cheap: "
          + CostModel.PRESETS.stream().map(CostModel::name).collect(Collectors.joining(", "))
          + "; and what differs from it, as in kvm,kick=2us"),
  SERVICE(
      "service",
      "exponential:20us",
      new SettingDomain.Phrase(ServiceModel::parse),
      "how long the storage takes: none, constant:80us, exponential:80us, uniform:50us-110us,"
          + " nvme, disk ..."),
  THINK_NS(
      "think-ns",
      "0",
      whole(0, 1_000_000_000, "ns"),
      "what the guest's task does between completions and its next requests"),
  SIZE("size", "4096", whole(512, 131_072, "bytes"), "of a request, a multiple of 512"),
  READS("reads", "70", whole(0, 100, "%"), "share of reads; the others are writes"),
  FAULTS(
      "faults",
      "none",
      new SettingDomain.Phrase(FaultWords::parse),
      "what goes wrong, as in 'read every 20: stuck' or 'interrupt every 9: lost-interrupt'; the"
          + " driver recovers by itself"),
  SEED(
      "seed",
      "1",
      whole(Long.MIN_VALUE, Long.MAX_VALUE, ""),
      "where all chance comes from: same seed, same run");

  private final String label;
  private final String defaultValue;

  @SuppressWarnings("ImmutableEnumChecker") // every kind of domain is
  private final SettingDomain domain;

  private final String description;

  LiveSetting(String label, String defaultValue, SettingDomain domain, String description) {
    this.label = label;
    this.defaultValue = defaultValue;
    this.domain = domain;
    this.description = description;
  }

  private static SettingDomain words(String... words) {
    return new SettingDomain.Words(List.of(words));
  }

  private static SettingDomain whole(long least, long most, String unit) {
    return new SettingDomain.Whole(least, most, unit);
  }

  /** As command lines and pages call it. */
  public String label() {
    return label;
  }

  /** Its value when nothing is said. */
  public String defaultValue() {
    return defaultValue;
  }

  /** What it may be. */
  public SettingDomain domain() {
    return domain;
  }

  /** What it means, as a part of a sentence. */
  public String description() {
    return description;
  }

  /** The setting of that name. */
  public static Optional<LiveSetting> named(String label) {
    return Arrays.stream(values()).filter(setting -> setting.label.equals(label)).findFirst();
  }

  /** What is wrong with a value, or nothing. */
  String problem(String value) {
    return switch (domain) {
      case SettingDomain.Words(List<String> words) ->
          words.contains(value)
              ? ""
              : "%s must be %s, not '%s'".formatted(label, String.join(" or ", words), value);
      case SettingDomain.Phrase(Consumer<String> reader) -> phraseProblem(reader, value);
      case SettingDomain.Whole(long least, long most, String unit) -> {
        String range = "%s must be a whole number".formatted(label);
        if (least > Long.MIN_VALUE) {
          range += " of %d to %d %s".formatted(least, most, unit);
        }
        try {
          long number = Long.parseLong(value);
          yield number < least || number > most
              ? "%s, not %d".formatted(range.strip(), number)
              : "";
        } catch (NumberFormatException noNumber) {
          yield "%s, not '%s'".formatted(range.strip(), value);
        }
      }
    };
  }

  private String phraseProblem(Consumer<String> reader, String value) {
    try {
      reader.accept(value);
      return "";
    } catch (IllegalArgumentException wrong) {
      return "%s: %s".formatted(label, wrong.getMessage());
    }
  }
}
