package dev.ringside.ext4;

import static dev.ringside.ext4.testing.Failures.assertErrno;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.testing.Format;
import dev.ringside.ext4.testing.ScratchDisk;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** A mount that was shut down does nothing more, and the next one finds what its mode promised. */
final class ShutdownTest {
  private static final Ext4Path SYNCED = Ext4Path.of("/synced");
  private static final Ext4Path LATER = Ext4Path.of("/later");
  private static final byte[] CONTENT = "content".repeat(1000).getBytes(StandardCharsets.UTF_8);

  @TempDir private Path directory;

  private static void write(Session session, Ext4Path path, boolean sync) throws Ext4Exception {
    try (OpenFile file = session.open(path, Set.of(OpenFlag.WRITE, OpenFlag.CREATE), 0600)) {
      assertThat(file.write(CONTENT, 0, CONTENT.length)).isEqualTo(CONTENT.length);
      if (sync) {
        file.sync();
      }
    }
  }

  private static byte[] read(Session session, Ext4Path path) throws Ext4Exception {
    try (OpenFile file = session.open(path, Set.of(OpenFlag.READ), 0)) {
      byte[] bytes = new byte[(int) file.stat().size()];
      assertThat(file.read(bytes, 0, bytes.length)).isEqualTo(bytes.length);
      return bytes;
    }
  }

  private ScratchDisk shutDown(Format format, ShutdownMode mode) throws Ext4Exception {
    ScratchDisk disk = ScratchDisk.make(directory, format);
    Session root = disk.root();
    write(root, SYNCED, true);
    OpenFile open = root.open(SYNCED, Set.of(OpenFlag.READ), 0);
    write(root, LATER, false);

    disk.ext4().shutdown(mode);

    assertErrno(() -> root.stat(SYNCED), Errno.EIO);
    assertErrno(() -> write(root, LATER, false), Errno.EIO);
    assertErrno(() -> open.read(new byte[1], 0, 1), Errno.EIO);
    assertErrno(disk.ext4()::sync, Errno.EIO);
    open.close();
    disk.crash();
    assertThat(read(disk.root(), SYNCED)).isEqualTo(CONTENT);
    return disk;
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "EXT2")
  void allIsThereWhenEverythingWasWrittenFirst(Format format) throws Ext4Exception {
    try (ScratchDisk disk = shutDown(format, ShutdownMode.DEFAULT)) {
      assertThat(read(disk.root(), LATER)).isEqualTo(CONTENT);
    }
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "EXT2")
  void namesAreThereWhenTheLogWasFlushed(Format format) throws Ext4Exception {
    try (ScratchDisk disk = shutDown(format, ShutdownMode.FLUSH_LOG)) {
      assertThat(disk.root().stat(LATER).links()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "EXT2")
  void onlyWhatWasSyncedIsThereWhenNothingWasWritten(Format format) throws Ext4Exception {
    try (ScratchDisk disk = shutDown(format, ShutdownMode.NO_LOG_FLUSH)) {
      assertErrno(() -> disk.root().stat(LATER), Errno.ENOENT);
    }
  }
}
