package dev.ringside.lab.cli;

import dev.ringside.blk.BlkSettings;
import dev.ringside.blk.VirtioBlkDevice;
import dev.ringside.lab.foreign.RequestRecorder;
import dev.ringside.machine.EventLog;
import dev.ringside.machine.RealScheduler;
import dev.ringside.posix.UnixListener;
import dev.ringside.storage.FileStorage;
import dev.ringside.storage.NullStorage;
import dev.ringside.storage.Storage;
import dev.ringside.virtio.spec.Feature;
import dev.ringside.virtio.vhost.VhostUserBackend;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ringside serve vhost-user}: the device for a guest in another process. */
@Command(
    name = "vhost-user",
    description = {
      "Serve a disk image to a virtual machine, or to any other vhost-user frontend, behind a unix"
          + " socket that only its owner can use.",
      "One connection is served after the other; at the end of each stands what the guest did."
    },
    mixinStandardHelpOptions = true)
final class ServeVhostUserCommand implements Callable<Integer> {
  /** A ring can have any size; what a request can have follows --queue-size. */
  private static final int MAX_RING = 32_768;

  /** How long what is in flight may take when the process is to end. */
  private static final long LONGEST_END_SECONDS = 10;

  /** Header and status of a request. */
  private static final int OVERHEAD = 2;

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

  @Option(
      names = "--print-capabilities",
      description = "Print what the backend can do, as vhost-user's programs do, and end.")
  private boolean capabilities;

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
      defaultValue = "16",
      description = "The most queues that a frontend may use (default: ${DEFAULT-VALUE}).")
  private int queues;

  @Option(
      names = "--queue-size",
      paramLabel = "N",
      defaultValue = "128",
      description =
          "The fewest descriptors that a ring of the guest will have: no request takes more"
              + " (default: ${DEFAULT-VALUE}).")
  private int queueSize;

  @Option(
      names = "--in-band",
      description = "Offer notifications as messages, for frontends that simulate time.")
  private boolean inBand;

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
    PrintWriter out = spec.commandLine().getOut();
    if (capabilities) {
      out.println("{");
      out.println("  \"type\": \"block\",");
      out.println("  \"features\": [\"read-only\", \"blk-file\"]");
      out.println("}");
      return 0;
    }
    validate();
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
    VirtioBlkDevice device = new VirtioBlkDevice(storage, scheduler, events, settings());
    try (VhostUserBackend backend = new VhostUserBackend(device, events, inBand, guests)) {
      Runtime.getRuntime().addShutdownHook(new Thread(() -> end(backend, ended), "end"));
      guests.say("serving on %s  (Ctrl-C ends it)".formatted(place()));
      if (once) {
        backend.serveOne(listener);
      } else {
        backend.serve(listener);
      }
    }
  }

  /** The disk is closed, and what is to be said is said, before the process ends. */
  private static void end(VhostUserBackend backend, CountDownLatch ended) {
    backend.close();
    try {
      if (!ended.await(LONGEST_END_SECONDS, TimeUnit.SECONDS)) {
        System.err.println("ringside: the disk did not come to rest");
      }
    } catch (InterruptedException hurried) {
      Thread.currentThread().interrupt();
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
    if (nullBytes != null && (nullBytes < Storage.SECTOR_SIZE || nullBytes % 512 != 0)) {
      throw wrong("--null must be a multiple of 512, not " + nullBytes);
    }
    if (queues < 1 || queues > 256) {
      throw wrong("--queues must be 1 to 256, not " + queues);
    }
    if (queueSize <= OVERHEAD || queueSize > MAX_RING) {
      throw wrong("--queue-size must be 3 to %d, not %d".formatted(MAX_RING, queueSize));
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
        .withQueueSize(MAX_RING)
        .withMaxSegments(Math.min(queueSize - OVERHEAD, BlkSettings.MAX_SEGMENTS))
        // A segment has no limit that matters here, and SeaBIOS keeps only 16 bits of what it
        // computes from one: with a large one it reads nothing, again and again.
        .withOfferedFeatures(ring.accepted(BlkSettings.ALL_FEATURES) & ~Feature.BLK_SIZE_MAX.mask())
        .withService(service.settings());
  }
}
