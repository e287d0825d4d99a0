package dev.ringside.lab.interop;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ringside.lab.trace.VirtqueueEvent;
import dev.ringside.lab.trace.VirtqueueLogReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Notifications and interrupts of a real guest on Ringside's disk, beside those that QEMU recorded
 * of the same workloads on its own. Counts compare; times do not.
 */
public final class GuestStudy {
  private static final Duration LIMIT = Duration.ofMinutes(3);
  private static final String RECORDINGS = "images/traces/qemu-virtqueue";

  private GuestStudy() {}

  /**
   * What passed through a disk's queue.
   *
   * @param requests that ended, of any kind
   * @param kicks notifications of the device
   * @param interrupts of the driver
   */
  public record Counts(long requests, long kicks, long interrupts) {
    public double kicksPerRequest() {
      return (double) kicks / requests;
    }

    public double interruptsPerRequest() {
      return (double) interrupts / requests;
    }

    private Counts minus(Counts other) {
      return new Counts(
          requests - other.requests, kicks - other.kicks, interrupts - other.interrupts);
    }
  }

  /** The same workload, here and as it was recorded. */
  public record Comparison(GuestTask workload, Counts measured, Counts recorded) {}

  /**
   * Runs a workload after what it builds on, each in a boot of its own, on one image.
   *
   * @param folder for the image and all else
   */
  public static List<Comparison> run(GuestSettings guest, Path folder) throws IOException {
    Path image = ScratchImage.empty(folder.resolve("disk.img"));
    Counts w1 = counts(guest, GuestTask.W1, image, folder);
    // A guest that does nothing looks for partitions, too.
    Counts boot = counts(guest, GuestTask.NOTHING, image, folder);
    Counts w2 = counts(guest, GuestTask.W2, image, folder);
    return List.of(
        new Comparison(GuestTask.W1, w1.minus(boot), recorded(GuestTask.W1)),
        new Comparison(GuestTask.W2, w2.minus(boot), recorded(GuestTask.W2)));
  }

  private static Counts counts(GuestSettings guest, GuestTask task, Path image, Path folder)
      throws IOException {
    Path json = folder.resolve("counts.json");
    Files.deleteIfExists(json);
    Backend.Service service =
        new Backend.Service(
            BackendKind.RINGSIDE,
            guest.counterpart(),
            image,
            folder.resolve("socket"),
            guest.queues(),
            List.of("--json", json.toString()));
    try (Backend backend = Backend.start(service, folder);
        LinuxGuest linux =
            LinuxGuest.start(guest, List.of(service.socket()), task, Map.of(), folder)) {
      linux.await(LIMIT);
      backend.stop();
    }
    return read(json);
  }

  private static Counts read(Path json) throws IOException {
    long requests = 0;
    long kicks = 0;
    long interrupts = 0;
    for (String line : Files.readAllLines(json)) {
      JsonNode node = new ObjectMapper().readTree(line);
      requests += node.required("requests").asLong();
      kicks += node.required("kicks").asLong();
      interrupts += node.required("interrupts").asLong();
    }
    return new Counts(requests, kicks, interrupts);
  }

  /** Counted in QEMU's own trace of the queue. */
  static Counts recorded(GuestTask workload) throws IOException {
    Path file =
        Path.of(System.getProperty("ringside.root", ""), RECORDINGS, "vq_" + workload + ".txt.xz");
    long requests = 0;
    long kicks = 0;
    long interrupts = 0;
    try (VirtqueueLogReader reader = new VirtqueueLogReader(file)) {
      for (VirtqueueEvent event = reader.next(); event != null; event = reader.next()) {
        switch (event.action()) {
          case COMPLETE -> requests++;
          case NOTIFY -> kicks++;
          case INTERRUPT -> interrupts++;
          case POP, READ, WRITE, MERGE, FILL, FLUSH -> {}
        }
      }
    }
    return new Counts(requests, kicks, interrupts);
  }
}
