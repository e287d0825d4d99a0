package dev.ringside.lab.cli;

import dev.ringside.blk.BlkSettings;
import dev.ringside.blk.VirtioBlkDevice;
import dev.ringside.lab.foreign.RequestRecorder;
import dev.ringside.machine.CostModel;
import dev.ringside.machine.EventLog;
import dev.ringside.machine.RealScheduler;
import dev.ringside.posix.UnixListener;
import dev.ringside.storage.FileStorage;
import dev.ringside.storage.NullStorage;
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
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
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

  /** How long what is in flight may take when the process is to end. */
  private static final long LONGEST_END_SECONDS = 10;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Parameters(
      arity = "0..1",
      paramLabel = "IMAGE",
      description = "A raw disk image, which the guest writes into.")
  private @Nullable Path image;

  @Option(
      names = {"--socket", "--socket-path"},
      paramLabel = "S",
      description = "The unix socket to make and to listen on.")
  private @Nullable Path socket;

  @Option(
      names = "--fd",
      paramLabel = "N",
      description = "A listening socket that this process was started with, instead of --socket.")
  private @Nullable Integer descriptor;

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

  @Option(names = "--read-only", description = "The guest cannot write.")
  private boolean readOnly;

  @Option(
      names = "--null",
      paramLabel = "BYTES",
      description =
          "A disk of this size that keeps nothing, instead of an image: what remains is the route.")
  private @Nullable Long nullBytes;

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

  @Option(names = "--once", description = "End with the first connection.")
  private boolean once;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description =
          "Append a JSON object a line for each queue of each connection, when it ends; - is"
              + " standard output.")
  private @Nullable String json;

  @Option(
      names = "--record",
      paramLabel = "TRACE",
      description =
          "Write what the guest asks for to TRACE.blktrace.0, for blkparse and ringside replay.")
  private @Nullable Path trace;

  @Mixin private RingOptions ring = new RingOptions();

  @Mixin private ServiceOptions service = new ServiceOptions(0);

  @Override
  public Integer call() throws Exception {
    validate();
    PrintWriter out = spec.commandLine().getOut();
    ServedGuests guests = new ServedGuests(out, json == null ? null : new OutputFile(json), queues);
    CountDownLatch ended = new CountDownLatch(1);
    try (Storage storage = recorded(openStorage());
        UnixListener listener = listen()) {
      serve(storage, listener, guests, ended);
    } finally {
      ended.countDown();
    }
    return 0;
  }

  private void serve(
      Storage storage, UnixListener listener, ServedGuests guests, CountDownLatch ended)
      throws IOException {
    RealScheduler scheduler = new RealScheduler();
    EventLog events = EventLog.watching(scheduler.clock(), guests.sink());
    VfioSession.FunctionMaker maker = machine -> function(machine, storage, events);
    try (VfioServer server = new VfioServer(scheduler, maker, new Told(guests))) {
      Runtime.getRuntime().addShutdownHook(new Thread(() -> end(server, ended), "end"));
      guests.say("serving on %s  (Ctrl-C ends it)".formatted(place()));
      if (once) {
        server.serveOne(listener);
      } else {
        server.serve(listener);
      }
    }
  }

  /** The disk is closed, and what is to be said is said, before the process ends. */
  private static void end(VfioServer server, CountDownLatch ended) {
    server.close();
    try {
      if (!ended.await(LONGEST_END_SECONDS, TimeUnit.SECONDS)) {
        System.err.println("ringside: the disk did not come to rest");
      }
    } catch (InterruptedException hurried) {
      Thread.currentThread().interrupt();
    }
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

  private String place() {
    return socket != null ? socket.toString() : "descriptor " + descriptor;
  }

  private void validate() {
    if ((socket == null) == (descriptor == null)) {
      throw wrong("give --socket S or --fd N");
    }
    if ((image == null) == (nullBytes == null)) {
      throw wrong("give an IMAGE, or --null BYTES");
    }
    if (nullBytes != null
        && (nullBytes < Storage.SECTOR_SIZE || nullBytes % Storage.SECTOR_SIZE != 0)) {
      throw wrong("--null must be a multiple of 512, not " + nullBytes);
    }
    if (queues < 1 || queues > MAX_QUEUES) {
      throw wrong("--queues must be 1 to %d, not %d".formatted(MAX_QUEUES, queues));
    }
    if (queueSize < 4 || queueSize > 32_768) {
      throw wrong("--queue-size must be 4 to 32768, not " + queueSize);
    }
    String problem = service.problem(queues);
    if (!problem.isEmpty()) {
      throw wrong(problem);
    }
  }

  private ParameterException wrong(String what) {
    return new ParameterException(spec.commandLine(), what);
  }

  private Storage openStorage() throws IOException {
    if (nullBytes != null) {
      return new NullStorage(nullBytes / Storage.SECTOR_SIZE);
    }
    Path file = Objects.requireNonNull(image);
    return readOnly ? FileStorage.openReadOnly(file) : FileStorage.openWritable(file);
  }

  private Storage recorded(Storage storage) throws IOException {
    Path base = trace;
    if (base == null) {
      return storage;
    }
    try {
      return new RequestRecorder(storage, new RealScheduler().clock(), base);
    } catch (IOException failure) {
      storage.close();
      throw failure;
    }
  }

  private UnixListener listen() throws IOException {
    Path path = socket;
    return path != null
        ? UnixListener.listen(path)
        : UnixListener.adopt(Objects.requireNonNull(descriptor));
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
