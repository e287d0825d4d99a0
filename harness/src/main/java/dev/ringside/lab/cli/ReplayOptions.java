package dev.ringside.lab.cli;

import dev.ringside.driver.CompletionPolicy;
import dev.ringside.driver.DriverSettings;
import dev.ringside.fault.FaultPlan;
import dev.ringside.fault.FaultPlanException;
import dev.ringside.lab.bench.RingLayout;
import dev.ringside.lab.replay.ReplaySettings;
import dev.ringside.lab.vm.DriverWords;
import dev.ringside.lab.vm.MachineSettings;
import dev.ringside.machine.CostModel;
import dev.ringside.storage.ServiceModel;
import dev.ringside.virtio.transport.Transport;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;
import picocli.CommandLine.TypeConversionException;

/** The options that every command has which replays a trace. */
final class ReplayOptions {
  /** The largest virtqueue (virtio 1.4, section 2.7: Queue Size is at most 32768). */
  private static final int MAX_QUEUE_SIZE = 32768;

  /** What the replay uses of the device. */
  private static final int QUEUES = 1;

  private static final long NANOSECONDS_PER_MILLISECOND = 1_000_000;
  private static final int DEFAULT_TIMEOUT_MS = 1000;
  private static final long FLASH_READ_NS = 80_000;
  private static final String STANDARD_INPUT = "/dev/stdin";

  @Spec(Target.MIXEE)
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Option(
      names = "--batch",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "Requests submitted with one kick; the next batch waits for this one (default:"
              + " ${DEFAULT-VALUE}).")
  private int batch;

  @Option(
      names = "--queue-size",
      paramLabel = "Q",
      defaultValue = "256",
      description =
          "Descriptors of the virtqueue, 1 to 32768, in a split ring a power of two (default:"
              + " ${DEFAULT-VALUE}).")
  private int queueSize;

  @Mixin private final RingOptions ringShape = new RingOptions();

  @Mixin private final ServiceOptions service;

  @Option(
      names = "--timing",
      paramLabel = "TIMING",
      defaultValue = "asap",
      converter = TimingConverter.class,
      description = "When requests are submitted. asap: as soon as the batch before is done.")
  private Timing timing = Timing.ASAP;

  @Option(
      names = "--image",
      paramLabel = "FILE",
      description =
          "The disk, as a raw image, which stays as it is; without it, a blank one in memory, just"
              + " large enough.")
  private @Nullable Path image;

  @Option(
      names = "--device",
      paramLabel = "ADDRESS",
      converter = DeviceAddress.Converter.class,
      description = DeviceAddress.DESCRIPTION + " The replay writes to it.")
  private @Nullable DeviceAddress device;

  @Option(names = "--in-place", description = "Write to the image itself.")
  private boolean inPlace;

  @Option(
      names = "--completion",
      paramLabel = "HOW",
      defaultValue = "interrupt",
      converter = CompletionConverter.class,
      description =
          "How the driver learns of completions: "
              + DriverWords.COMPLETIONS
              + " (default: ${DEFAULT-VALUE}).")
  private CompletionPolicy completion = CompletionPolicy.INTERRUPT;

  @Option(
      names = "--transport",
      paramLabel = "HOW",
      defaultValue = "mmio",
      converter = TransportConverter.class,
      completionCandidates = TransportConverter.Names.class,
      description =
          "How the device is attached: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private Transport transport = Transport.MMIO;

  @Option(
      names = "--costs",
      paramLabel = "MODEL",
      converter = CostConverter.class,
      completionCandidates = CostNames.class,
      description =
          "What the route costs: ${COMPLETION-CANDIDATES}; what differs behind it, as in"
              + " kvm,kick=2us (default: zero, in sim kvm).")
  private CostModel costs;

  @Option(
      names = "--service",
      paramLabel = "MODEL",
      converter = ServiceModelConverter.class,
      description =
          "How long the disk works on a request: none, constant:80us, exponential:80us,"
              + " uniform:50us-110us, lognormal:80us,0.5, pareto:40us,2.5, size:20us+0.25us/KiB,"
              + " operations:read=M;write=M;flush=M, nvme or disk; xP behind it for P at once"
              + " (default: none, with --costs kvm a flash read of 80 us).")
  private @Nullable ServiceModel model;

  @Option(
      names = "--faults",
      paramLabel = "FILE",
      description =
          "What goes wrong with the disk: a rule a line, such as 'read sectors 100-199 nth 3:"
              + " io-error once'; - is standard input.")
  private @Nullable String faults;

  @Option(
      names = "--timeout-ms",
      paramLabel = "N",
      description =
          "How long the device may have a request before it is reset; 0 is for ever (default: 1000"
              + " with --faults, else 0).")
  private @Nullable Integer timeoutMs;

  @Option(
      names = "--events",
      paramLabel = "FILE",
      description = "Write the machine's events there, a JSON object a line; - is standard output.")
  private @Nullable String events;

  @Option(
      names = "--dump-ring",
      paramLabel = "FILE",
      description = "Write the ring there as it stands after the last request, annotated.")
  private @Nullable String ring;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Write the result there, as one JSON object; - is standard output.")
  private @Nullable String json;

  @Option(
      names = "--repeat",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "Replay the trace so many times, one after the other (default: ${DEFAULT-VALUE}).")
  private int repeat;

  /**
   * Options with the defaults that are not the same for every command.
   *
   * @param workers of the device
   * @param costs of the machine
   */
  ReplayOptions(int workers, CostModel costs) {
    this.service = new ServiceOptions(workers);
    this.costs = costs;
  }

  /** Checks what picocli does not: ranges, and options that exclude each other. */
  void validate() {
    boolean powerOfTwo = ringShape.layout() == RingLayout.SPLIT;
    require(
        queueSize >= 1
            && queueSize <= MAX_QUEUE_SIZE
            && (!powerOfTwo || Integer.bitCount(queueSize) == 1),
        "--queue-size must be %s of 1 to %d, not %d"
            .formatted(powerOfTwo ? "a power of two" : "a number", MAX_QUEUE_SIZE, queueSize));
    require(batch >= 1, "--batch must be 1 or more, not " + batch);
    String problem = service.problem(QUEUES);
    require(problem.isEmpty(), problem);
    require(repeat >= 1, "--repeat must be 1 or more, not " + repeat);
    require(
        timeoutMs == null || timeoutMs >= 0, "--timeout-ms must be 0 or more, not " + timeoutMs);
    require(!inPlace || image != null, "--in-place needs --image");
    requireNothingOfTheDevice();
    require(
        Stream.of(json, events, ring).filter("-"::equals).count() <= 1,
        "only one of --json, --events and --dump-ring can go to standard output");
    requireWritable("--json", json);
    requireWritable("--events", events);
    requireWritable("--dump-ring", ring);
  }

  /** What a device of another program does is not this command's to say. */
  private void requireNothingOfTheDevice() {
    if (device == null) {
      return;
    }
    require(image == null, "--device has a disk of its own; leave --image out");
    require(faults == null, "--faults are those of a device of this machine; leave --device out");
    require(ring == null, "--dump-ring needs a device of this machine; leave --device out");
    require(model == null, "--service is that of a device of this machine; leave --device out");
    require(transport == Transport.MMIO, "--device says how it is attached; leave --transport out");
  }

  /** Where the device is; null for one of this machine. */
  @Nullable DeviceAddress device() {
    return device;
  }

  private void requireWritable(String option, @Nullable String file) {
    if (file != null) {
      String problem = new OutputFile(file).problem();
      require(problem.isEmpty(), option + ": " + problem);
    }
  }

  private void require(boolean condition, String problem) {
    if (!condition) {
      throw usage(problem);
    }
  }

  /** Wrong usage of the command that these options belong to. */
  ParameterException usage(String problem) {
    return new ParameterException(commandLine(), problem);
  }

  CommandLine commandLine() {
    return spec.commandLine();
  }

  /**
   * What was asked for.
   *
   * @param plan what {@link #readFaults} says
   */
  ReplaySettings settings(FaultPlan plan) {
    MachineSettings plain =
        MachineSettings.DEFAULT
            .withQueueSize(queueSize)
            .withCompletionPolicy(completion)
            .withTransport(transport)
            .withCosts(costs);
    MachineSettings machine = device == null ? plain : device.attachedTo(plain);
    return ReplaySettings.DEFAULT
        .withFaults(plan)
        .withBatch(batch)
        .withRepeat(repeat)
        .withRecordedEvents(events != null)
        .withDumpedRing(ring != null)
        .withMachine(
            machine
                .withDevice(machine.device().withService(service.settings().withModel(model())))
                .withDriver(
                    machine
                        .driver()
                        .withFeatures(ringShape.accepted(DriverSettings.DEFAULT.features()))
                        .withRequestTimeoutNs(timeoutNs())));
  }

  private ServiceModel model() {
    if (model != null) {
      return model;
    }
    return costs.equals(CostModel.KVM) ? ServiceModel.constant(FLASH_READ_NS) : ServiceModel.none();
  }

  private long timeoutNs() {
    if (timeoutMs != null) {
      return timeoutMs * NANOSECONDS_PER_MILLISECOND;
    }
    return faults == null ? 0 : DEFAULT_TIMEOUT_MS * NANOSECONDS_PER_MILLISECOND;
  }

  /**
   * Reads the fault plan.
   *
   * @throws IOException when there is no such file, or it is no plan
   */
  FaultPlan readFaults() throws IOException {
    if (faults == null) {
      return FaultPlan.NONE;
    }
    Path file = Path.of(faults.equals("-") ? STANDARD_INPUT : faults);
    try {
      return FaultPlan.parse(Files.readString(file));
    } catch (FaultPlanException malformed) {
      throw new IOException(faults + ": " + malformed.getMessage(), malformed);
    } catch (CharacterCodingException notUtf8) {
      throw new IOException(faults + ": is no text in UTF-8", notUtf8);
    }
  }

  Timing timing() {
    return timing;
  }

  @Nullable Path image() {
    return image;
  }

  boolean inPlace() {
    return inPlace;
  }

  @Nullable OutputFile events() {
    return events == null ? null : new OutputFile(events);
  }

  @Nullable OutputFile ring() {
    return ring == null ? null : new OutputFile(ring);
  }

  @Nullable OutputFile json() {
    return json == null ? null : new OutputFile(json);
  }

  /** When requests are submitted. */
  enum Timing {
    /** As soon as the batch before has ended; the recorded times do not count. */
    ASAP;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  static final class TimingConverter implements ITypeConverter<Timing> {
    @Override
    public Timing convert(String value) {
      if (value.equals(Timing.ASAP.toString())) {
        return Timing.ASAP;
      }
      throw new TypeConversionException("'%s' is not asap, the only timing".formatted(value));
    }
  }

  static final class CompletionConverter implements ITypeConverter<CompletionPolicy> {
    @Override
    public CompletionPolicy convert(String value) {
      try {
        return DriverWords.completion(value);
      } catch (IllegalArgumentException unknown) {
        throw new TypeConversionException(unknown.getMessage());
      }
    }
  }

  static final class CostConverter implements ITypeConverter<CostModel> {
    @Override
    public CostModel convert(String value) {
      try {
        return CostModel.parse(value);
      } catch (IllegalArgumentException noModel) {
        throw new TypeConversionException(noModel.getMessage());
      }
    }
  }

  static final class ServiceModelConverter implements ITypeConverter<ServiceModel> {
    @Override
    public ServiceModel convert(String value) {
      try {
        return ServiceModel.parse(value);
      } catch (IllegalArgumentException noModel) {
        throw new TypeConversionException(noModel.getMessage());
      }
    }
  }

  static final class CostNames implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return CostModel.PRESETS.stream().map(CostModel::name).iterator();
    }
  }
}
