package dev.ringside.virtio.vhost;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.blk.BlkSettings;
import dev.ringside.blk.VirtioBlkDevice;
import dev.ringside.machine.EventLog;
import dev.ringside.machine.RealScheduler;
import dev.ringside.machine.Task;
import dev.ringside.posix.PosixException;
import dev.ringside.posix.UnixSocket;
import dev.ringside.storage.MemoryStorage;
import dev.ringside.storage.Storage;
import dev.ringside.virtio.queue.RingViolationException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A disk of 1 MiB behind vhost-user, and what its backend says of each connection. */
final class ServedDisk implements ConnectionObserver {
  private final RealScheduler scheduler = new RealScheduler();
  final Storage storage = MemoryStorage.ofSectors(2048);
  final VirtioBlkDevice device;
  final VhostUserBackend backend;
  final List<String> refused = new ArrayList<>();
  final List<String> broken = new ArrayList<>();
  private String why = "";
  private List<RingCounts> counts = List.of();

  ServedDisk(int workers, boolean inBand) {
    device =
        new VirtioBlkDevice(
            storage,
            scheduler,
            EventLog.OFF,
            BlkSettings.DEFAULT.withQueues(2).withWorkers(workers));
    backend = new VhostUserBackend(device, EventLog.OFF, inBand, this);
  }

  /** Something that a frontend does. */
  interface Use {
    void by(RawFrontend frontend) throws IOException;
  }

  /**
   * Serves one frontend.
   *
   * @return why the connection ended
   */
  String connect(Use use) throws IOException {
    UnixSocket.Pair pair = UnixSocket.pair();
    Task server =
        scheduler.start(
            "server",
            () -> {
              try {
                backend.serve(pair.first());
              } catch (PosixException failure) {
                throw new UncheckedIOException(failure);
              }
            });
    try (RawFrontend frontend = new RawFrontend(pair.second())) {
      use.by(frontend);
    } finally {
      server.join();
    }
    return why;
  }

  List<RingCounts> counts() {
    return counts;
  }

  @Override
  public void opened() {
    why = "";
  }

  @Override
  public void refused(String what) {
    refused.add(what);
  }

  @Override
  public void broken(RingViolationException violation) {
    broken.add(String.valueOf(violation.getMessage()));
  }

  @Override
  public void closed(String reason, List<RingCounts> ringCounts) {
    why = reason;
    counts = ringCounts;
  }

  /** What a connection must not leave behind. */
  record Traces(long descriptors, List<String> tasks, long mappings) {
    static Traces now() throws IOException {
      try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"));
          Stream<String> maps = Files.lines(Path.of("/proc/self/maps"))) {
        return new Traces(
            open.count(),
            Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("queue-") || name.startsWith("worker-"))
                .sorted()
                .toList(),
            maps.filter(line -> line.contains("/memfd:")).count());
      }
    }

    static void expectNothingMoreThan(Traces before) throws IOException {
      Traces after = now();
      assertThat(after.tasks).isEqualTo(before.tasks);
      assertThat(after.mappings).isEqualTo(before.mappings);
      // The JDK opens files of its own now and then; a leak is one for each connection.
      assertThat(after.descriptors).isLessThan(before.descriptors + 5);
    }
  }
}
