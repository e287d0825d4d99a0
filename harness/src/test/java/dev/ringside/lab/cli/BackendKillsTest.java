package dev.ringside.lab.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ringside.driver.DriverSettings;
import dev.ringside.driver.ErrorHandling;
import dev.ringside.driver.Guest;
import dev.ringside.driver.RecoveryPolicy;
import dev.ringside.driver.RetryPolicy;
import dev.ringside.driver.VhostUserFrontend;
import dev.ringside.driver.VhostUserLink;
import dev.ringside.driver.VhostUserTarget;
import dev.ringside.driver.VirtioBlkDriver;
import dev.ringside.ext4.Ext4;
import dev.ringside.ext4.Ext4Path;
import dev.ringside.ext4.MountOptions;
import dev.ringside.ext4.OpenFile;
import dev.ringside.ext4.OpenFlag;
import dev.ringside.ext4.Session;
import dev.ringside.ext4.access.Credentials;
import dev.ringside.lab.kernel.Program;
import dev.ringside.machine.CostModel;
import dev.ringside.machine.EventLog;
import dev.ringside.machine.FrameAllocator;
import dev.ringside.machine.GuestMemory;
import dev.ringside.machine.RealScheduler;
import dev.ringside.machine.Scheduler;
import dev.ringside.machine.WiredInterruptLine;
import dev.ringside.posix.PosixException;
import dev.ringside.posix.UnixSocket;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code ringside serve vhost-user} as a process of its own, killed with SIGKILL again and again
 * while ext4 writes through the driver: no request fails, what was fsynced is there, and e2fsck
 * finds nothing.
 */
@Tag("interop")
class BackendKillsTest {
  private static final int KILLS = 50;
  private static final int FILES = 24;
  private static final int LARGEST = 96 << 10;
  private static final long IMAGE_BYTES = 64L << 20;
  private static final long MEMORY_BYTES = 64L << 20;

  @TempDir Path folder;

  /** The one that runs now. */
  @SuppressWarnings("NullAway.Init") // the test starts one before anything else
  private volatile Process backend;

  @Test
  @Timeout(value = 5, unit = TimeUnit.MINUTES)
  void whatWasInFlightEndsAfterReconnection() throws Exception {
    assumeTrue(Program.MKE2FS.isPresent(), "no mke2fs: install e2fsprogs");
    Path image = folder.resolve("disk.img");
    Path socket = folder.resolve("disk.sock");
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(IMAGE_BYTES);
    }
    Program.MKE2FS.succeed("-q", "-t", "ext4", "-F", image);
    long seed = System.nanoTime();
    Random random = new Random(seed);
    start(image, socket);
    Map<Integer, byte[]> expected = new TreeMap<>();
    VhostUserLink link = new VhostUserLink();
    Scheduler scheduler = new RealScheduler();
    long syncs = 0;
    try (GuestMemory memory = GuestMemory.memfd(MEMORY_BYTES);
        VirtioBlkDriver driver =
            VhostUserFrontend.probe(
                VhostUserTarget.at(socket).withReconnectNs(Duration.ofSeconds(60).toNanos()),
                new Guest(
                    memory,
                    new FrameAllocator(memory),
                    new WiredInterruptLine(scheduler, CostModel.ZERO),
                    scheduler,
                    EventLog.OFF),
                DriverSettings.DEFAULT
                    .withErrors(new ErrorHandling(RetryPolicy.NEVER, true, Integer.MAX_VALUE))
                    .withRecovery(RecoveryPolicy.RESUBMIT),
                link)) {
      try (Ext4 ext4 = Ext4.mount(driver, MountOptions.READ_WRITE)) {
        Session session = ext4.session(Credentials.ROOT);
        Killer killer = new Killer(image, socket, new Random(seed + 1));
        while (killer.isAlive()) {
          int number = random.nextInt(FILES);
          byte[] content = new byte[random.nextInt(1, LARGEST)];
          random.nextBytes(content);
          write(session, number, content);
          expected.put(number, content);
          syncs++;
        }
        killer.join();
      }
      System.out.printf(
          "seed %d: %d kills, %d requests, %d fsyncs; connections lost %d, gone on with what was in"
              + " flight %d, begun anew %d; requests submitted again by the driver %d, failed %d%n",
          seed,
          KILLS,
          driver.stats().requests(),
          syncs,
          link.lost(),
          link.resumed(),
          link.replaced(),
          driver.stats().reissues(),
          driver.stats().givenUp());
      assertThat(link.lost()).isGreaterThanOrEqualTo(KILLS / 2);
      assertThat(link.resumed() + link.replaced()).isPositive();
      assertThat(driver.stats().givenUp()).isZero();
    } finally {
      backend.destroy();
      backend.waitFor();
    }
    Program.Answer check = Program.E2FSCK.run("-fn", image);
    assertThat(check.status()).as(check.output()).isZero();
    OpenImage.with(image, ext4 -> check(ext4.session(Credentials.ROOT), expected));
  }

  private static Ext4Path name(int number) {
    return Ext4Path.of("/file-" + number);
  }

  private static void write(Session session, int number, byte[] content) throws IOException {
    try (OpenFile file =
        session.open(
            name(number), EnumSet.of(OpenFlag.WRITE, OpenFlag.CREATE, OpenFlag.TRUNCATE), 0644)) {
      for (int done = 0; done < content.length; ) {
        done += file.write(content, done, content.length - done);
      }
      file.sync();
    }
  }

  private static void check(Session session, Map<Integer, byte[]> expected) throws IOException {
    for (Map.Entry<Integer, byte[]> one : expected.entrySet()) {
      byte[] stored = new byte[Math.toIntExact(session.stat(name(one.getKey())).size())];
      try (OpenFile file = session.open(name(one.getKey()), EnumSet.of(OpenFlag.READ), 0)) {
        for (int done = 0; done < stored.length; ) {
          int read = file.read(stored, done, stored.length - done);
          assertThat(read).isPositive();
          done += read;
        }
      }
      assertThat(stored).as("file %d", one.getKey()).isEqualTo(one.getValue());
    }
  }

  private void start(Path image, Path socket) throws IOException, InterruptedException {
    String root = System.getProperty("ringside.root", "");
    backend =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "@" + Path.of(root, "harness/jvm.options"),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Ringside.class.getName(),
                "serve",
                "vhost-user",
                "--socket",
                socket.toString(),
                "--queues",
                "1",
                image.toString())
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    while (!listens(socket)) {
      assertThat(backend.isAlive()).as("the backend runs").isTrue();
      Thread.sleep(10);
    }
  }

  private static boolean listens(Path socket) {
    try {
      UnixSocket.connect(socket).close();
      return true;
    } catch (PosixException notYet) {
      return false;
    }
  }

  /** Kills and restarts the backend. */
  private final class Killer extends Thread {
    private final Path image;
    private final Path socket;
    private final Random random;

    Killer(Path image, Path socket, Random random) {
      this.image = image;
      this.socket = socket;
      this.random = random;
      start();
    }

    @Override
    public void run() {
      try {
        for (int i = 0; i < KILLS; i++) {
          Thread.sleep(random.nextInt(5, 250));
          backend.destroyForcibly();
          backend.waitFor();
          BackendKillsTest.this.start(image, socket);
        }
      } catch (IOException | InterruptedException failure) {
        throw new IllegalStateException(failure);
      }
    }
  }
}
