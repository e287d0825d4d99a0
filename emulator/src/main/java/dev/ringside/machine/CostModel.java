package dev.ringside.machine;

import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What emulation in one process makes cheaper than it really is. In simulated time a cost is
 * virtual nanoseconds; at full speed it is a calibrated spin, and nothing when it is zero. How long
 * the storage works is not its business.
 *
 * <p>As text, which {@link #parse} reads and {@link #toText} writes: a preset, and behind it what
 * differs, such as {@code kvm,kick=2us,copy=250}. A value is a duration, the copy's picoseconds.
 *
 * @param name of the preset that it is, or comes from
 * @param values of the costs that are not zero
 * @param source where the preset's numbers come from
 */
public record CostModel(String name, Map<Cost, Long> values, String source) {
  /** Nothing costs anything: the route alone. */
  public static final CostModel ZERO =
      new CostModel("zero", Map.of(), "no cost beyond the emulation's own");

  /**
   * A round trip to user space and back: 2,528 cycles at about 3 GHz for KVM_RUN through its ioctl.
   */
  public static final CostModel KVM =
      new CostModel(
          "kvm",
          Map.of(Cost.KICK, 850L, Cost.INTERRUPT, 850L),
          "KVM_RUN round trip of 2,528 cycles (kernel list, 2020)");

  /** The same, with a thread of the device that an eventfd wakes. */
  public static final CostModel KVM_IOTHREAD =
      new CostModel(
          "kvm-iothread",
          Map.of(Cost.KICK, 850L, Cost.WAKE, 1950L, Cost.INTERRUPT, 850L),
          "as kvm; half of an eventfd round trip of 3.9 us (measured, AMD EPYC, Linux 6.18)");

  /** The Kevlar OS posts: 0.5 ms for a notification and the wait that follows it. */
  public static final CostModel KEVLAR =
      new CostModel(
          "kevlar",
          Map.of(Cost.KICK, 500_000L),
          "Kevlar OS, post 114: about 0.5 ms per round trip under KVM");

  /** The direct cost of an exit on hardware of 2009, for the kick and for the injection. */
  public static final CostModel XEON_2009 =
      new CostModel(
          "xeon-2009",
          Map.of(Cost.KICK, 683L, Cost.INTERRUPT, 683L),
          "SplitX, HotCloud 2011: 2,000 cycles an exit, Xeon X5570 at 2.93 GHz, direct cost alone");

  /** A device that polls, for a driver that spins: what is left are cache lines that move. */
  public static final CostModel SPDK =
      new CostModel(
          "spdk",
          Map.of(Cost.PUBLISH, 45L, Cost.POLL, 45L, Cost.CHAIN, 10L, Cost.USED, 45L),
          "one cache line for an exit (Bonzini, 2020): half of a spin round trip of 90 ns, and 10"
              + " ns to walk a chain (measured, AMD EPYC)");

  /** An exit only when the device sleeps; otherwise a store into memory that it looks at. */
  public static final CostModel SHADOW_DOORBELL =
      new CostModel(
          "shadow-doorbell",
          Map.of(Cost.KICK, 850L, Cost.PUBLISH, 45L, Cost.INTERRUPT, 850L),
          "as kvm; a suppressed notification is one cache line (measured, AMD EPYC), as NVMe's"
              + " shadow doorbell is");

  /** All presets, in the order in which help texts list them. */
  public static final List<CostModel> PRESETS =
      List.of(ZERO, KVM, KVM_IOTHREAD, KEVLAR, XEON_2009, SPDK, SHADOW_DOORBELL);

  /** The largest value of a cost, so that no sum overflows: a day of nanoseconds. */
  private static final long MAX_VALUE = 86_400_000_000_000L;

  public CostModel {
    EnumMap<Cost, Long> ordered = new EnumMap<>(Cost.class);
    values.forEach(
        (cost, value) -> {
          if (value < 0 || value > MAX_VALUE) {
            throw new IllegalArgumentException(
                "a cost of %d for %s: not 0 to %d".formatted(value, cost.key(), MAX_VALUE));
          }
          if (value != 0) {
            ordered.put(cost, value);
          }
        });
    values = Collections.unmodifiableMap(ordered);
  }

  /** What something costs: nanoseconds, for {@link Cost#COPY} picoseconds a byte. */
  public long of(Cost cost) {
    return values.getOrDefault(cost, 0L);
  }

  /** This model with another value of one cost. */
  public CostModel with(Cost cost, long value) {
    EnumMap<Cost, Long> changed = new EnumMap<>(Cost.class);
    changed.putAll(values);
    changed.put(cost, value);
    return new CostModel(name, changed, source);
  }

  /** The preset of that name. */
  public static Optional<CostModel> preset(String name) {
    return PRESETS.stream().filter(preset -> preset.name.equals(name)).findFirst();
  }

  /**
   * Reads a preset, and behind it what differs.
   *
   * @throws IllegalArgumentException when there is no such preset or cost; the message says which
   */
  public static CostModel parse(String text) {
    String[] parts = text.strip().split(",", -1);
    CostModel model =
        preset(parts[0])
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "'%s' is none of %s"
                            .formatted(
                                parts[0],
                                PRESETS.stream()
                                    .map(CostModel::name)
                                    .collect(Collectors.joining(", ")))));
    for (int i = 1; i < parts.length; i++) {
      model = model.changed(parts[i]);
    }
    return model;
  }

  private CostModel changed(String text) {
    int equals = text.indexOf('=');
    Optional<Cost> cost =
        equals < 0 ? Optional.empty() : Cost.of(text.substring(0, equals).strip());
    if (cost.isEmpty()) {
      throw new IllegalArgumentException(
          "'%s' is no COST=VALUE with one of %s"
              .formatted(
                  text,
                  List.of(Cost.values()).stream()
                      .map(Cost::key)
                      .collect(Collectors.joining(", "))));
    }
    return with(cost.get(), DurationText.parse(text.substring(equals + 1)));
  }

  /** The model in the words that {@link #parse} reads. */
  public String toText() {
    CostModel preset = preset(name).orElse(ZERO);
    StringBuilder text = new StringBuilder(preset.name);
    for (Cost cost : Cost.values()) {
      if (of(cost) != preset.of(cost)) {
        boolean duration = cost != Cost.COPY;
        text.append(',')
            .append(cost.key())
            .append('=')
            .append(duration ? DurationText.of(of(cost)) : Long.toString(of(cost)));
      }
    }
    return text.toString();
  }
}
