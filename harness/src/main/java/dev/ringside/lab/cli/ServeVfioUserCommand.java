package dev.ringside.lab.cli;

import dev.ringside.blk.BlkSettings;
import dev.ringside.blk.VirtioBlkDevice;
import dev.ringside.machine.CostModel;
import dev.ringside.machine.EventLog;
import dev.ringside.machine.RealScheduler;
import dev.ringside.storage.Storage;
import dev.ringside.virtio.spec.Feature;
import dev.ringside.virtio.transport.MmioPciFunction;
import dev.ringside.virtio.transport.NotificationCounts;
import dev.ringside.virtio.transport.PciFunction;
import dev.ringside.virtio.transport.PciTransport;
import dev.ringside.virtio.vfio.VfioMachine;
import dev.ringside.virtio.vfio.VfioServer;
import dev.ringside.virtio.vfio.VfioSession;
import dev.ringside.virtio.vhost.ConnectionObserver.RingCounts;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** {@code ringside serve vfio-user}: the device, register by register, for a guest elsewhere. */
@Command(
    name = "vfio-user",
    description = {
      "Serve a disk image to a virtual machine as a PCI function, register by register, behind a"
          + " unix socket that only its owner can use. For QEMU from 10.1 on:",
      "  -device '{\"driver\":\"vfio-user-pci\",\"socket\":{\"path\":\"S\",\"type\":\"unix\"}}'",
      "Where the machine shares its memory (-object memory-backend-memfd,share=on), the device maps"
          + " it; otherwise each access to it is a message.",
      "One connection is served after the other; at the end of each stands what the guest did."
    },
    mixinStandardHelpOptions = true)
final class ServeVfioUserCommand implements Callable<Integer> {
  private static final int MAX_QUEUES = 256;

  /** What the function is. */
  private enum Kind {
    PCI,
    PCI_INTX,
    MMIO
  }

  @Option(
      names = "--transport",
      paramLabel = "T",
      defaultValue = "pci",
      converter = KindConverter.class,
      description =
          "What the function is: pci, virtio-pci with MSI-X; pci-intx, with its interrupt pin"
              + " alone; mmio, the registers of virtio-mmio behind base address 0, for a guest's"
              + " own module (default: ${DEFAULT-VALUE}).")
  private Kind kind = Kind.PCI;

  @Option(
      names = {"--queues", "--num-queues"},
      paramLabel = "N",
      defaultValue = "1",
      description = "How many queues the device has (default: ${DEFAULT-VALUE}).")
  private int queues;

  @Option(
      names = "--queue-size",
      paramLabel = "N",
      defaultValue = "256",
      description =
          "The most descriptors of each queue; a split ring takes a power of two (default:"
              + " ${DEFAULT-VALUE}).")
  private int queueSize;

  @Mixin private ServingOptions serving = new ServingOptions();

  @Mixin private RingOptions ring = new RingOptions();

  @Mixin private ServiceOptions service = new ServiceOptions(0);

  @Override
  public Integer call() throws Exception {
    validate();
    serving.serve(queues, this::server);
    return 0;
  }

  private VfioServer server(Storage storage, ServedGuests guests) {
    RealScheduler scheduler = new RealScheduler();
    EventLog events = EventLog.watching(scheduler.clock(), guests.sink());
    return new VfioServer(
        scheduler, machine -> function(machine, storage, events), new Told(guests));
  }

  private PciFunction function(VfioMachine machine, Storage storage, EventLog events) {
    VirtioBlkDevice disk = new VirtioBlkDevice(storage, machine.scheduler(), events, settings());
    return switch (kind) {
      case PCI, PCI_INTX ->
          new PciTransport(
              machine.memory(),
              disk,
              machine.bus(),
              machine.pin(),
              kind == Kind.PCI ? machine.messages() : null,
              machine.scheduler(),
              CostModel.ZERO);
      case MMIO ->
          new MmioPciFunction(
              machine.memory(),
              disk,
              machine.bus(),
              machine.pin(),
              machine.scheduler(),
              CostModel.ZERO);
    };
  }

  /** What is said of a client, in the words for any guest. */
  private record Told(ServedGuests guests) implements VfioServer.Observer {
    @Override
    public void opened() {
      guests.opened();
    }

    @Override
    public void closed(String why, VfioSession session) {
      NotificationCounts counts = session.counts();
      List<RingCounts> rings =
          IntStream.range(0, counts.queues())
              .mapToObj(i -> new RingCounts(i, counts.kicks(i), counts.interrupts(i)))
              .toList();
      guests.closed(why, rings);
      if (session.memoryMessages() > 0 || session.refused() > 0) {
        guests.say(
            "  accesses to memory by message: %,d; commands refused: %,d"
                .formatted(session.memoryMessages(), session.refused()));
      }
    }
  }

  private void validate() {
    serving.validate();
    if (queues < 1 || queues > MAX_QUEUES) {
      throw serving.wrong("--queues must be 1 to %d, not %d".formatted(MAX_QUEUES, queues));
    }
    if (queueSize < 4 || queueSize > 32_768) {
      throw serving.wrong("--queue-size must be 4 to 32768, not " + queueSize);
    }
    String problem = service.problem(queues);
    if (!problem.isEmpty()) {
      throw serving.wrong(problem);
    }
  }

  private BlkSettings settings() {
    return BlkSettings.DEFAULT
        .withQueues(queues)
        .withQueueSize(queueSize)
        // As over vhost-user: SeaBIOS computes with 16 bits of what size_max lets a request have.
        .withOfferedFeatures(ring.accepted(BlkSettings.ALL_FEATURES) & ~Feature.BLK_SIZE_MAX.mask())
        .withService(service.settings());
  }

  static final class KindConverter implements ITypeConverter<Kind> {
    @Override
    public Kind convert(String value) {
      return switch (value) {
        case "pci" -> Kind.PCI;
        case "pci-intx" -> Kind.PCI_INTX;
        case "mmio" -> Kind.MMIO;
        default ->
            throw new TypeConversionException("expected pci, pci-intx or mmio, not " + value);
      };
    }
  }
}
