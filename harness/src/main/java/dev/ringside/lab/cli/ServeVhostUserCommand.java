package dev.ringside.lab.cli;

import dev.ringside.blk.BlkSettings;
import dev.ringside.blk.VirtioBlkDevice;
import dev.ringside.machine.EventLog;
import dev.ringside.machine.RealScheduler;
import dev.ringside.storage.Storage;
import dev.ringside.virtio.spec.Feature;
import dev.ringside.virtio.vhost.VhostUserBackend;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
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

  /** Header and status of a request. */
  private static final int OVERHEAD = 2;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Option(
      names = "--print-capabilities",
      description = "Print what the backend can do, as vhost-user's programs do, and end.")
  private boolean capabilities;

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

  @Mixin private ServingOptions serving = new ServingOptions();

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
    serving.serve(queues, this::server);
    return 0;
  }

  private VhostUserBackend server(Storage storage, ServedGuests guests) {
    RealScheduler scheduler = new RealScheduler();
    EventLog events = EventLog.watching(scheduler.clock(), guests.sink());
    VirtioBlkDevice device = new VirtioBlkDevice(storage, scheduler, events, settings());
    return new VhostUserBackend(device, events, inBand, guests);
  }

  private void validate() {
    serving.validate();
    if (queues < 1 || queues > 256) {
      throw serving.wrong("--queues must be 1 to 256, not " + queues);
    }
    if (queueSize <= OVERHEAD || queueSize > MAX_RING) {
      throw serving.wrong("--queue-size must be 3 to %d, not %d".formatted(MAX_RING, queueSize));
    }
    String problem = service.problem(queues);
    if (!problem.isEmpty()) {
      throw serving.wrong(problem);
    }
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
