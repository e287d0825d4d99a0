package dev.ringside.ext4;

import static dev.ringside.ext4.testing.Failures.assertErrno;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringside.driver.testing.TestDisk;
import dev.ringside.ext4.access.Credentials;
import dev.ringside.ext4.content.AtimePolicy;
import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.testing.Format;
import dev.ringside.ext4.testing.RecordedDisk;
import dev.ringside.ext4.testing.ScratchDisk;
import dev.ringside.ext4.testing.TestImage;
import dev.ringside.ext4.testing.Tool;
import dev.ringside.machine.RandomStreams;
import dev.ringside.machine.RunHash;
import dev.ringside.machine.SimulatedScheduler;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A frozen filesystem is whole on its disk; who changes it waits, who reads it does not. */
@Timeout(120) // a task that waits for itself is interrupted
final class FreezeTest {
  private static final Set<OpenFlag> CREATE = Set.of(OpenFlag.WRITE, OpenFlag.CREATE);
  private static final Set<OpenFlag> READ = Set.of(OpenFlag.READ);
  private static final Ext4Path FILE = Ext4Path.of("/file");
  private static final Ext4Path OTHER = Ext4Path.of("/other");
  private static final byte[] CONTENT = "content".getBytes(StandardCharsets.UTF_8);
  private static final long SECOND = 1_000_000_000;

  @TempDir private Path directory;

  private static void write(Session session, Ext4Path path) throws Ext4Exception {
    try (OpenFile file = session.open(path, CREATE, 0600)) {
      assertThat(file.write(CONTENT, 0, CONTENT.length)).isEqualTo(CONTENT.length);
    }
  }

  private static byte[] read(Session session, Ext4Path path) throws Ext4Exception {
    try (OpenFile file = session.open(path, READ, 0)) {
      byte[] bytes = new byte[(int) file.stat().size()];
      assertThat(file.read(bytes, 0, bytes.length)).isEqualTo(bytes.length);
      return bytes;
    }
  }

  /** A thread that changes something. */
  private static final class Writer {
    private final FutureTask<Boolean> task;
    private final Thread thread;

    Writer(OperationLock.Change change, Ext4 ext4) {
      task =
          new FutureTask<>(
              () -> {
                ext4.change(change);
                return true;
              });
      thread = Thread.ofPlatform().daemon().start(task);
    }

    /** Returns when the thread waits. */
    void awaitWaiting() throws InterruptedException {
      while (thread.getState() != Thread.State.WAITING) {
        assertThat(thread.isAlive()).as("it waits").isTrue();
        Thread.sleep(1);
      }
    }

    void interrupt() {
      thread.interrupt();
    }

    void get() throws InterruptedException, ExecutionException, TimeoutException {
      task.get(1, TimeUnit.MINUTES);
    }

    void assertFails(Errno errno) {
      assertThatThrownBy(this::get)
          .cause()
          .isInstanceOfSatisfying(
              Ext4Exception.class, failure -> assertThat(failure.errno()).isEqualTo(errno));
    }
  }

  private static Writer writer(ScratchDisk disk) {
    Session session = disk.root();
    return new Writer(_ -> write(session, OTHER), disk.ext4());
  }

  @ParameterizedTest
  @EnumSource(Format.class)
  void writersWaitAndReadersDoNot(Format format) throws Exception {
    MountOptions options = MountOptions.READ_WRITE.withAtime(AtimePolicy.STRICTATIME);
    try (ScratchDisk disk = ScratchDisk.make(directory, "64M", format.options(), options)) {
      Session root = disk.root();
      write(root, FILE);
      disk.ext4().freeze();
      assertErrno(disk.ext4()::freeze, Errno.EBUSY);
      Writer writer = writer(disk);
      writer.awaitWaiting();

      Tool.E2FSCK.run("-fn", disk.image());
      assertThat(read(root, FILE)).isEqualTo(CONTENT);
      root.access(FILE, Set.of(AccessMode.WRITE));
      assertErrno(() -> root.stat(OTHER), Errno.ENOENT);
      disk.ext4().sync();
      writer.awaitWaiting();

      disk.ext4().thaw();
      writer.get();
      assertThat(read(root, OTHER)).isEqualTo(CONTENT);
      assertErrno(disk.ext4()::thaw, Errno.EINVAL);
    }
  }

  @Test
  void anInterruptedWriterHasChangedNothing() throws Exception {
    try (ScratchDisk disk = ScratchDisk.make(directory, Format.EXT4)) {
      disk.ext4().freeze();
      Writer writer = writer(disk);
      writer.awaitWaiting();
      writer.interrupt();
      writer.assertFails(Errno.EINTR);
      disk.ext4().thaw();
      assertErrno(() -> disk.root().stat(OTHER), Errno.ENOENT);
    }
  }

  @Test
  void anUnmountEndsTheWait() throws Exception {
    try (ScratchDisk disk = ScratchDisk.make(directory, Format.EXT4)) {
      write(disk.root(), FILE);
      disk.ext4().freeze();
      Writer writer = writer(disk);
      writer.awaitWaiting();
      disk.unmount();
      writer.assertFails(Errno.EBADF);
    }
  }

  @Test
  void aShutdownEndsTheWait() throws Exception {
    try (ScratchDisk disk = ScratchDisk.make(directory, Format.EXT4)) {
      disk.ext4().freeze();
      Writer writer = writer(disk);
      writer.awaitWaiting();
      disk.ext4().shutdown(ShutdownMode.NO_LOG_FLUSH);
      writer.assertFails(Errno.EIO);
    }
  }

  @ParameterizedTest
  @EnumSource(Format.class)
  void aFileWhoseLastUseEndsMeanwhileIsDeletedAfterTheThaw(Format format) throws Ext4Exception {
    try (ScratchDisk disk = ScratchDisk.make(directory, format)) {
      Session root = disk.root();
      FileSystemStat before = root.statfs();
      write(root, FILE);
      OpenFile file = root.open(FILE, READ, 0);
      root.unlink(FILE);
      disk.ext4().freeze();
      file.close();
      assertThat(root.statfs().freeInodes()).isEqualTo(before.freeInodes() - 1);
      disk.ext4().thaw();
      disk.ext4().sync();
      assertThat(root.statfs()).isEqualTo(before);
    }
  }

  @Test
  void aWriterWaitsInSimulatedTime() {
    Path image = TestImage.make(directory.resolve("image"), "16M", "-t ext4").path();
    SimulatedScheduler scheduler = new SimulatedScheduler(new RandomStreams(1), new RunHash());
    AtomicLong written = new AtomicLong();
    scheduler.run(
        () -> {
          try (TestDisk disk =
                  TestDisk.over(RecordedDisk.of(image))
                      .memoryBytes(64 << 20)
                      .scheduler(scheduler)
                      .start();
              Ext4 ext4 = Ext4.mount(disk.driver(), MountOptions.READ_WRITE)) {
            Session root = ext4.session(Credentials.ROOT);
            ext4.freeze();
            scheduler.start(
                "writer",
                () -> {
                  try {
                    write(root, FILE);
                    written.set(scheduler.clock().nanoTime());
                  } catch (Ext4Exception failure) {
                    throw new AssertionError(failure);
                  }
                });
            scheduler.sleep(10 * SECOND);
            long thawed = scheduler.clock().nanoTime();
            assertThat(written.get()).isZero();
            ext4.thaw();
            scheduler.sleep(SECOND);
            assertThat(written.get()).isGreaterThanOrEqualTo(thawed);
            assertThat(read(root, FILE)).isEqualTo(CONTENT);
          } catch (Ext4Exception failure) {
            throw new AssertionError(failure);
          }
        });
  }
}
