package dev.ringside.lab.study;

import dev.ringside.blk.CoalescingPolicy;
import dev.ringside.blk.ServiceSettings;
import dev.ringside.blk.WaitPolicy;
import dev.ringside.blk.WorkerMapping;
import dev.ringside.driver.BatchPolicy;
import dev.ringside.driver.CompletionPolicy;
import dev.ringside.driver.VhostUserTarget;
import dev.ringside.fault.FaultPlan;
import dev.ringside.lab.vm.DriverWords;
import dev.ringside.lab.vm.FaultWords;
import dev.ringside.lab.vm.ServiceWords;
import dev.ringside.machine.Cost;
import dev.ringside.machine.CostModel;
import dev.ringside.storage.ServiceModel;
import dev.ringside.virtio.transport.Transport;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Every {@link Parameter} there is, in the order in which lists show them. */
public final class Parameters {
  private static final int MAX_QUEUE_SIZE = 32768;
  private static final int MAX_QUEUES = 64;
  private static final long MAX_REQUESTS = 1_000_000_000_000L;
  private static final int SECTOR_SIZE = 512;
  private static final int MAX_REQUEST_BYTES = 1 << 20;
  private static final long MAX_DISK_BYTES = 1L << 50;

  /** The longest time that a cost or a pause can have: an hour. */
  private static final long MAX_NS = 3_600_000_000_000L;

  /** What a single cost says when the model's own counts. */
  private static final String OF_THE_MODEL = "model";

  static final Parameter<Arrival> ARRIVAL =
      new Parameter<>(
          "arrival",
          "",
          "closed",
          "where requests come from: closed, poisson:RATE, trace:FILE or ext4:IMAGE",
          Arrival::of);
  static final Parameter<Boolean> LOOP =
      choice(
          "loop",
          "batch",
          "free",
          "a closed loop waits for all requests of a batch, or refills at each completion");
  static final Parameter<Boolean> TIMING =
      choice("timing", "asap", "recorded", "a trace goes as fast as it can, or at its own pace");
  static final Parameter<Integer> QUEUE_DEPTH =
      whole("queue-depth", "", 1, 1, MAX_QUEUE_SIZE, "requests that each queue's task keeps going");
  static final Parameter<Long> REQUESTS =
      number("requests", "", 10_000, 1, MAX_REQUESTS, "requests of a run, over all queues");
  static final Parameter<Integer> SIZE =
      new Parameter<>(
          "size", "B", "4096", "data of each request, in whole sectors", Parameters::sectors);
  static final Parameter<Double> MIX =
      new Parameter<>(
          "mix",
          "",
          "1",
          "share of reads, 0 to 1; the others are writes",
          text -> {
            double share = decimal(text);
            require(share <= 1, text, "a share of 0 to 1");
            return share;
          });
  static final Parameter<Boolean> PATTERN =
      choice("pattern", "random", "sequential", "where on the disk requests go");
  static final Parameter<Long> THINK =
      number("think-ns", "ns", 0, 0, MAX_NS, "pause between a completion and what follows it");
  static final Parameter<Long> DISK =
      number("disk", "B", 1L << 30, SECTOR_SIZE, MAX_DISK_BYTES, "size of the disk");

  static final Parameter<BatchPolicy> BATCH =
      new Parameter<>(
          "batch",
          "",
          "last",
          "when the driver notifies: " + DriverWords.BATCHES,
          DriverWords::batch);
  static final Parameter<CompletionPolicy> COMPLETION =
      new Parameter<>(
          "completion",
          "",
          "interrupt",
          "how the driver learns of completions: " + DriverWords.COMPLETIONS,
          DriverWords::completion);
  static final Parameter<Long> TIMEOUT =
      number(
          "timeout-ns", "ns", 0, 0, MAX_NS, "how long the device may have a request; 0 for ever");

  static final Parameter<Integer> QUEUES =
      whole("queues", "", 1, 1, MAX_QUEUES, "request queues, each with a task that submits");
  static final Parameter<Integer> POLL_QUEUES =
      whole(
          "poll-queues",
          "",
          0,
          0,
          MAX_QUEUES - 1,
          "how many of the queues, the last ones, have no interrupts and are polled");
  static final Parameter<Integer> QUEUE_SIZE =
      whole("queue-size", "", 256, 1, MAX_QUEUE_SIZE, "descriptors of each ring");
  static final Parameter<Boolean> RING =
      choice("ring", "split", "packed", "how the ring is laid out");
  static final Parameter<Boolean> INDIRECT =
      onOff("indirect", true, "a request takes one descriptor, with a table (INDIRECT_DESC)");
  static final Parameter<Boolean> EVENT_INDEX =
      onOff("event-idx", true, "notifications are asked for from a place on (EVENT_IDX)");
  static final Parameter<Boolean> IN_ORDER =
      onOff("in-order", false, "requests come back in the order of their submission (IN_ORDER)");
  private static final String VHOST_USER = "vhost-user:";

  static final Parameter<Transport> TRANSPORT =
      new Parameter<>(
          "transport",
          "",
          "mmio",
          "how the device is attached: mmio, mmio-legacy, pci or pci-intx",
          Parameters::transport);

  static final Parameter<Optional<VhostUserTarget>> DEVICE =
      new Parameter<>(
          "device",
          "",
          "own",
          "whose device it is: own, or vhost-user:SOCKET for another program's, with mode=real",
          Parameters::device);

  static final Parameter<Integer> WORKERS =
      whole(
          "workers",
          "",
          0,
          0,
          ServiceSettings.MAX_WORKERS,
          "tasks that serve requests in parallel; with 0 the queue's own does");
  static final Parameter<WorkerMapping> MAPPING =
      new Parameter<>(
          "worker-mapping",
          "",
          "shared",
          "which workers serve which queue: shared, round-robin or a list",
          ServiceWords::mapping);
  static final Parameter<WaitPolicy> WAIT =
      new Parameter<>(
          "wait",
          "",
          "sleep",
          "what an idle device does: sleep, poll or adaptive:NS",
          ServiceWords::waiting);
  static final Parameter<CoalescingPolicy> COALESCE =
      new Parameter<>(
          "coalesce",
          "",
          "off",
          "how interrupts are held back: off, COUNT,NS or rate:THRESHOLD,NS",
          ServiceWords::coalescing);
  static final Parameter<Integer> COALESCE_COUNT =
      whole(
          "coalesce-count",
          "",
          0,
          0,
          32768,
          "the COUNT of coalesce by itself; 0 leaves it to that");
  static final Parameter<Long> COALESCE_TIME =
      number(
          "coalesce-ns",
          "ns",
          0,
          0,
          CoalescingPolicy.MAX_DELAY_NS,
          "the NS of coalesce by itself; 0 leaves it to that");
  static final Parameter<Integer> MERGE =
      whole(
          "merge", "", 1, 1, ServiceSettings.MAX_MERGE, "adjacent requests that become a transfer");

  static final Parameter<CostModel> COSTS =
      new Parameter<>(
          "costs",
          "",
          "zero",
          "what emulation makes too cheap: "
              + presets()
              + ", and single ones behind it: kvm,kick=2us",
          CostModel::parse);

  /** Each cost by itself, in the place of the model's. */
  static final Map<Cost, Parameter<OptionalLong>> SINGLE_COSTS = singleCosts();

  static final Parameter<ServiceModel> SERVICE =
      new Parameter<>(
          "service",
          "",
          "none",
          "how long the storage works: none, constant:80us, exponential:80us, nvme, disk, ..., each"
              + " with xP for P at once",
          ServiceModel::parse);

  static final Parameter<FaultPlan> FAULTS =
      new Parameter<>(
          "faults",
          "",
          "none",
          "what goes wrong: none, or rules with semicolons between them",
          FaultWords::parse);
  static final Parameter<BrokenRule> BREAK =
      new Parameter<>(
          "break",
          "",
          "none",
          "a rule that is broken on purpose: none, device-second-look or driver-second-look",
          BrokenRule::of);
  static final Parameter<Boolean> MODE =
      choice("mode", "simulated", "real", "in simulated time, or at full speed on real threads");

  /** All of them. */
  public static final List<Parameter<?>> ALL =
      Stream.of(
              List.of(
                  ARRIVAL,
                  LOOP,
                  TIMING,
                  QUEUE_DEPTH,
                  REQUESTS,
                  SIZE,
                  MIX,
                  PATTERN,
                  THINK,
                  DISK,
                  BATCH,
                  COMPLETION,
                  TIMEOUT,
                  QUEUES,
                  POLL_QUEUES,
                  QUEUE_SIZE,
                  RING,
                  INDIRECT,
                  EVENT_INDEX,
                  IN_ORDER,
                  TRANSPORT,
                  DEVICE,
                  WORKERS,
                  MAPPING,
                  WAIT,
                  COALESCE,
                  COALESCE_COUNT,
                  COALESCE_TIME,
                  MERGE,
                  COSTS),
              SINGLE_COSTS.values(),
              List.of(SERVICE, FAULTS, BREAK, MODE))
          .<Parameter<?>>flatMap(Collection::stream)
          .toList();

  private Parameters() {}

  /**
   * The parameter of that name.
   *
   * @throws ExperimentException when there is none; the message names one that is near
   */
  public static Parameter<?> named(String name) throws ExperimentException {
    for (Parameter<?> parameter : ALL) {
      if (parameter.name().equals(name)) {
        return parameter;
      }
    }
    throw new ExperimentException(
        "no parameter is called '%s'%s"
            .formatted(name, Suggestion.of(name, ALL.stream().map(Parameter::name).toList())));
  }

  /** A switch between two words; the second one is true, and the first one the standard. */
  private static Parameter<Boolean> choice(
      String name, String first, String second, String description) {
    return new Parameter<>(
        name,
        "",
        first,
        "%s: %s or %s".formatted(description, first, second),
        text -> {
          require(text.equals(first) || text.equals(second), text, first + " or " + second);
          return text.equals(second);
        });
  }

  private static Parameter<Boolean> onOff(String name, boolean standard, String description) {
    return new Parameter<>(
        name,
        "",
        standard ? "on" : "off",
        description + ": on or off",
        text ->
            switch (text) {
              case "on", "true" -> true;
              case "off", "false" -> false;
              default ->
                  throw new IllegalArgumentException("'%s' is not on or off".formatted(text));
            });
  }

  private static Parameter<Long> number(
      String name, String unit, long standard, long least, long most, String description) {
    return new Parameter<>(
        name, unit, Long.toString(standard), description, text -> within(text, least, most));
  }

  private static Parameter<Integer> whole(
      String name, String unit, int standard, int least, int most, String description) {
    return new Parameter<>(
        name,
        unit,
        Integer.toString(standard),
        description,
        text -> Math.toIntExact(within(text, least, most)));
  }

  private static Map<Cost, Parameter<OptionalLong>> singleCosts() {
    Map<Cost, Parameter<OptionalLong>> all = new EnumMap<>(Cost.class);
    for (Cost cost : Cost.values()) {
      all.put(cost, singleCost(cost));
    }
    return Collections.unmodifiableMap(all);
  }

  private static Parameter<OptionalLong> singleCost(Cost cost) {
    String unit = cost == Cost.COPY ? "ps" : "ns";
    return new Parameter<>(
        cost.key() + "-" + unit,
        unit,
        OF_THE_MODEL,
        "cost of %s, in the place of the model's".formatted(cost.what()),
        text ->
            text.equals(OF_THE_MODEL)
                ? OptionalLong.empty()
                : OptionalLong.of(within(text, 0, MAX_NS)));
  }

  private static long within(String text, long least, long most) {
    long value;
    try {
      value = Long.parseLong(text);
    } catch (NumberFormatException none) {
      throw new IllegalArgumentException(
          "'%s' is no whole number of %d to %d".formatted(text, least, most), none);
    }
    require(value >= least && value <= most, text, "a number of %d to %d".formatted(least, most));
    return value;
  }

  private static double decimal(String text) {
    require(text.matches("\\d+(\\.\\d+)?"), text, "a number");
    return Double.parseDouble(text);
  }

  private static int sectors(String text) {
    long bytes = within(text, SECTOR_SIZE, MAX_REQUEST_BYTES);
    require(bytes % SECTOR_SIZE == 0, text, "a multiple of " + SECTOR_SIZE);
    return (int) bytes;
  }

  private static void require(boolean condition, String text, String expected) {
    if (!condition) {
      throw new IllegalArgumentException("'%s' is not %s".formatted(text, expected));
    }
  }

  private static Transport transport(String text) {
    return Stream.of(Transport.values())
        .filter(one -> one.name().toLowerCase(Locale.ROOT).replace('_', '-').equals(text))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "'%s' is not mmio, mmio-legacy, pci or pci-intx".formatted(text)));
  }

  private static Optional<VhostUserTarget> device(String text) {
    if (text.equals("own")) {
      return Optional.empty();
    }
    require(text.startsWith(VHOST_USER), text, "own or vhost-user:SOCKET");
    return Optional.of(VhostUserTarget.at(Path.of(text.substring(VHOST_USER.length()))));
  }

  private static String presets() {
    return CostModel.PRESETS.stream().map(CostModel::name).collect(Collectors.joining(", "));
  }
}
