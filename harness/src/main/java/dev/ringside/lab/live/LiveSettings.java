package dev.ringside.lab.live;

import dev.ringside.blk.BlkSettings;
import dev.ringside.blk.ServiceSettings;
import dev.ringside.driver.BatchPolicy;
import dev.ringside.driver.DriverSettings;
import dev.ringside.driver.ErrorHandling;
import dev.ringside.driver.RecoveryPolicy;
import dev.ringside.fault.FaultPlan;
import dev.ringside.lab.vm.DriverWords;
import dev.ringside.lab.vm.FaultWords;
import dev.ringside.lab.vm.MachineSettings;
import dev.ringside.lab.vm.ServiceWords;
import dev.ringside.machine.CostModel;
import dev.ringside.storage.ServiceModel;
import dev.ringside.virtio.spec.Feature;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * How a live run is set up: a value for every {@link LiveSetting}, none of which contradicts
 * another.
 */
public final class LiveSettings {
  /** RAM beyond the buffers: rings, tables and headers of the largest queue fit. */
  private static final long BASE_MEMORY_BYTES = 16L << 20;

  /** Descriptors of a request without an indirect table: header, data, status. */
  private static final int DIRECT_DESCRIPTORS = 3;

  private final Map<LiveSetting, String> values;

  private LiveSettings(Map<LiveSetting, String> values) {
    this.values = Collections.unmodifiableMap(values);
  }

  /** Every setting at its default. */
  public static LiveSettings defaults() {
    EnumMap<LiveSetting, String> values = new EnumMap<>(LiveSetting.class);
    for (LiveSetting setting : LiveSetting.values()) {
      values.put(setting, setting.defaultValue());
    }
    return new LiveSettings(values);
  }

  /**
   * These settings with some others.
   *
   * @param named values by the settings' names
   * @throws LiveSettingException when one is unknown or wrong, or when they do not go together
   */
  public LiveSettings with(Map<String, String> named) throws LiveSettingException {
    EnumMap<LiveSetting, String> changed = new EnumMap<>(values);
    for (Map.Entry<String, String> one : named.entrySet()) {
      LiveSetting setting =
          LiveSetting.named(one.getKey())
              .orElseThrow(
                  () ->
                      new LiveSettingException(
                          "'%s' is no setting; there are %s"
                              .formatted(one.getKey(), settingNames())));
      String problem = setting.problem(one.getValue());
      if (!problem.isEmpty()) {
        throw new LiveSettingException(problem);
      }
      changed.put(setting, one.getValue());
    }
    LiveSettings settings = new LiveSettings(changed);
    String problem = settings.contradiction();
    if (!problem.isEmpty()) {
      throw new LiveSettingException(problem);
    }
    return settings;
  }

  private static String settingNames() {
    return Arrays.stream(LiveSetting.values())
        .map(LiveSetting::label)
        .collect(Collectors.joining(", "));
  }

  private String contradiction() {
    int size = count(LiveSetting.QUEUE_SIZE);
    if (!isPacked() && Integer.bitCount(size) != 1) {
      return "queue-size must be a power of two in a split ring, not %d".formatted(size);
    }
    int depth = count(LiveSetting.QUEUE_DEPTH);
    boolean indirect = isOn(LiveSetting.INDIRECT);
    int room = indirect ? size : size / DIRECT_DESCRIPTORS;
    if (depth > room) {
      return "queue-depth %d does not fit: a ring of %d holds %d requests%s"
          .formatted(depth, size, room, indirect ? "" : " without indirect tables");
    }
    long bytes = number(LiveSetting.SIZE);
    if (bytes % 512 != 0) {
      return "size must be a multiple of 512, not %d".formatted(bytes);
    }
    if (batching() instanceof BatchPolicy.Every(int requests) && requests > room) {
      return "batch every:%d does not fit: a ring of %d holds %d requests"
          .formatted(requests, size, room);
    }
    return faultContradiction();
  }

  private String faultContradiction() {
    if (faults().isEmpty()) {
      return "";
    }
    if (!isSimulated()) {
      return "faults need time=simulated";
    }
    return number(LiveSetting.TIMEOUT_NS) == 0
        ? "faults need timeout-ns, or a request that is lost is the end of the run"
        : "";
  }

  /** A setting's value, as it was given. */
  public String text(LiveSetting setting) {
    return Objects.requireNonNull(values.get(setting));
  }

  /** The value of a setting that is a number. */
  public long number(LiveSetting setting) {
    return Long.parseLong(text(setting));
  }

  /** The value of a setting that is a number no larger than a ring. */
  int count(LiveSetting setting) {
    return Math.toIntExact(number(setting));
  }

  private boolean isOn(LiveSetting setting) {
    return text(setting).equals("on");
  }

  /** Whether the run is in simulated time. */
  public boolean isSimulated() {
    return text(LiveSetting.TIME).equals("simulated");
  }

  boolean isPacked() {
    return text(LiveSetting.RING).equals("packed");
  }

  boolean isInOrder() {
    return isOn(LiveSetting.IN_ORDER);
  }

  /** Whether a list of requests waits until all of the one before are done. */
  boolean refillsTogether() {
    return text(LiveSetting.REFILL).equals("all");
  }

  boolean isSequential() {
    return text(LiveSetting.PATTERN).equals("sequential");
  }

  /**
   * Whether the guest's task tells the device at the end of each list. Otherwise it leaves that to
   * a policy that holds requests back for longer.
   */
  boolean kicksEachList() {
    return switch (batching()) {
      case BatchPolicy.EveryRequest each -> true;
      case BatchPolicy.Every some -> true;
      case BatchPolicy.OnLast last -> true;
      case BatchPolicy.Plug plug -> true;
      case BatchPolicy.CountOrTime timed -> false;
      case BatchPolicy.Adaptive adaptive -> false;
    };
  }

  /** What goes wrong. */
  FaultPlan faults() {
    return FaultWords.parse(text(LiveSetting.FAULTS));
  }

  /** The machine that they describe. */
  MachineSettings machine() {
    int size = count(LiveSetting.QUEUE_SIZE);
    long buffers = number(LiveSetting.QUEUE_DEPTH) * (number(LiveSetting.SIZE) + 4096);
    return MachineSettings.DEFAULT
        .withMemoryBytes(BASE_MEMORY_BYTES + Math.ceilDiv(buffers, 4096L) * 4096)
        .withDevice(BlkSettings.DEFAULT.withService(service()))
        .withDriver(driver())
        .withCosts(CostModel.parse(text(LiveSetting.COSTS)))
        .withQueueSize(size);
  }

  private DriverSettings driver() {
    DriverSettings driver =
        DriverSettings.DEFAULT
            .withFeatures(features())
            .withBatching(batching())
            .withCompletion(DriverWords.completion(text(LiveSetting.COMPLETION)));
    long timeoutNs = number(LiveSetting.TIMEOUT_NS);
    return timeoutNs == 0
        ? driver
        : driver
            .withRequestTimeoutNs(timeoutNs)
            .withRecovery(RecoveryPolicy.RESUBMIT)
            .withErrors(ErrorHandling.ON);
  }

  private ServiceSettings service() {
    return ServiceSettings.DEFAULT
        .withModel(ServiceModel.parse(text(LiveSetting.SERVICE)))
        .withWorkers(count(LiveSetting.WORKERS))
        .withMaxMerge(count(LiveSetting.MERGE))
        .withWaiting(ServiceWords.waiting(text(LiveSetting.WAIT)))
        .withCoalescing(ServiceWords.coalescing(text(LiveSetting.COALESCE)));
  }

  private long features() {
    long features = DriverSettings.ALL_FEATURES;
    features = without(features, Feature.RING_PACKED, isPacked());
    features = without(features, Feature.EVENT_IDX, isOn(LiveSetting.EVENT_IDX));
    features = without(features, Feature.INDIRECT_DESC, isOn(LiveSetting.INDIRECT));
    return without(features, Feature.IN_ORDER, isInOrder());
  }

  private static long without(long features, Feature feature, boolean wanted) {
    return wanted ? features : features & ~feature.mask();
  }

  private BatchPolicy batching() {
    return DriverWords.batch(text(LiveSetting.BATCH));
  }
}
