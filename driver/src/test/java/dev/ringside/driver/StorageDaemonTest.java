package dev.ringside.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ringside.driver.testing.CheckedWorkload;
import dev.ringside.driver.testing.StorageDaemon;
import dev.ringside.machine.CostModel;
import dev.ringside.machine.EventLog;
import dev.ringside.machine.FrameAllocator;
import dev.ringside.machine.GuestMemory;
import dev.ringside.machine.RealScheduler;
import dev.ringside.machine.Scheduler;
import dev.ringside.machine.Task;
import dev.ringside.machine.WiredInterruptLine;
import dev.ringside.storage.FileStorage;
import dev.ringside.storage.Storage;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The driver in front of a device that others have written: qemu-storage-daemon's. */
@Tag("interop")
class StorageDaemonTest {
  private static final long IMAGE_BYTES = 8 << 20;
  private static final int REQUESTS = 2_000;

  @TempDir Path folder;

  private Path image;
  private Path socket;

  @BeforeEach
  void makeImage() throws IOException {
    assumeTrue(StorageDaemon.isInstalled(), "no qemu-storage-daemon: install qemu-system-common");
    image = folder.resolve("disk.img");
    socket = folder.resolve("disk.sock");
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(IMAGE_BYTES);
    }
  }

  static List<Arguments> waysToWait() {
    List<Arguments> all = new ArrayList<>();
    for (CompletionPolicy policy :
        List.of(
            CompletionPolicy.INTERRUPT,
            CompletionPolicy.SPIN,
            new CompletionPolicy.Hybrid(20_000),
            new CompletionPolicy.DelayedInterrupt(3, 4))) {
      for (int queues : List.of(1, 2)) {
        all.add(Arguments.of(policy, queues));
      }
    }
    return all;
  }

  @ParameterizedTest
  @MethodSource("waysToWait")
  void everyRequestEndsOnceAndWhatWasWrittenIsThere(CompletionPolicy policy, int queues)
      throws IOException {
    DriverSettings settings =
        DriverSettings.DEFAULT.withCompletion(policy).withQueues(queues).withTimestamps(false);
    List<CheckedWorkload> workloads;
    try (StorageDaemon daemon = StorageDaemon.serving(image, socket, queues);
        GuestMemory memory = GuestMemory.memfd(16 << 20);
        VirtioBlkDriver driver =
            VhostUserFrontend.probe(VhostUserTarget.at(daemon.socket()), guest(memory), settings)) {
      assertThat(driver.queues()).hasSize(queues);
      assertThat(driver.limits().bytes()).isEqualTo(IMAGE_BYTES);
      workloads = run(driver, REQUESTS);
    }
    check(workloads);
  }

  @Test
  void goesOnWithAnotherBackendAndSubmitsAgainWhatWasInFlight() throws Exception {
    DriverSettings settings =
        DriverSettings.DEFAULT
            .withErrors(new ErrorHandling(RetryPolicy.NEVER, true, Integer.MAX_VALUE))
            .withRecovery(RecoveryPolicy.RESUBMIT);
    VhostUserLink link = new VhostUserLink();
    Random random = new Random(7);
    List<CheckedWorkload> workloads;
    try (StorageDaemon daemon = StorageDaemon.serving(image, socket, 1);
        GuestMemory memory = GuestMemory.memfd(16 << 20);
        VirtioBlkDriver driver =
            VhostUserFrontend.probe(
                VhostUserTarget.at(daemon.socket()).withReconnectNs(10_000_000_000L),
                guest(memory),
                settings,
                link)) {
      Thread killer =
          Thread.ofPlatform()
              .start(
                  () -> {
                    for (int i = 0; i < 10; i++) {
                      pause(random.nextInt(1, 60));
                      daemon.kill();
                      daemon.restart();
                    }
                  });
      workloads = new ArrayList<>(List.of(new CheckedWorkload(driver, 0, new Random(1))));
      while (killer.isAlive()) {
        workloads.getFirst().run(100);
      }
      killer.join();
      workloads.getFirst().run(100);
      assertThat(driver.stats().reissues()).isPositive();
    }
    assertThat(link.lost()).isBetween(5L, 10L);
    assertThat(link.replaced()).isPositive();
    check(workloads);
  }

  @Test
  void saysThatTheBackendIsGone() throws Exception {
    try (StorageDaemon daemon = StorageDaemon.serving(image, socket, 1);
        GuestMemory memory = GuestMemory.memfd(16 << 20);
        VirtioBlkDriver driver =
            VhostUserFrontend.probe(
                VhostUserTarget.at(daemon.socket()), guest(memory), DriverSettings.DEFAULT)) {
      daemon.kill();
      BlockRequest read = new BlockRequest().read(0).segment(memory(driver), 4096);
      driver.submit(read);
      driver.kick();
      assertThatThrownBy(
              () -> {
                while (read.isInFlight()) {
                  driver.await();
                  driver.reap();
                }
              })
          .isInstanceOf(BlockDeviceException.class)
          .hasMessageContaining("%s is gone; 1 requests are lost", socket);
      daemon.restart();
    }
  }

  private static long memory(VirtioBlkDriver driver) {
    return driver.frames().allocate(4096);
  }

  private static void pause(int milliseconds) {
    try {
      Thread.sleep(milliseconds);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static Guest guest(GuestMemory memory) {
    Scheduler scheduler = new RealScheduler();
    return new Guest(
        memory,
        new FrameAllocator(memory),
        new WiredInterruptLine(scheduler, CostModel.ZERO),
        scheduler,
        EventLog.OFF);
  }

  private static List<CheckedWorkload> run(VirtioBlkDriver driver, int requests) {
    Scheduler scheduler = new RealScheduler();
    List<CheckedWorkload> workloads = new ArrayList<>();
    List<Task> tasks = new ArrayList<>();
    for (DiskQueue queue : driver.queues()) {
      CheckedWorkload workload =
          new CheckedWorkload(queue, queue.number(), new Random(queue.number()));
      workloads.add(workload);
      tasks.add(scheduler.start("load-" + queue.number(), () -> workload.run(requests)));
    }
    tasks.forEach(Task::join);
    return workloads;
  }

  private void check(List<CheckedWorkload> workloads) throws IOException {
    try (Storage stored = FileStorage.openReadOnly(image)) {
      for (CheckedWorkload workload : workloads) {
        workload.checkStored(stored);
        assertThat(workload.misbehaviour()).isEmpty();
        assertThat(workload.damage()).isEmpty();
        assertThat(workload.ended(BlockStatus.OK)).isPositive();
        assertThat(workload.ended(BlockStatus.IO_ERROR)).isZero();
      }
    }
    assertThat(Files.exists(image)).isTrue();
  }
}
