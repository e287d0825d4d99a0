package dev.ringside.ext4;

import static dev.ringside.ext4.testing.Failures.assertErrno;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.driver.testing.TestDisk;
import dev.ringside.ext4.access.Credentials;
import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.testing.JournalImages;
import dev.ringside.ext4.testing.RecordedDisk;
import dev.ringside.ext4.testing.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A frozen disk is a whole filesystem, and what is done with the mount next leaves one, too. */
final class FreezeTest {
  private static final long RAM_BYTES = 64L << 20;

  @TempDir private Path directory;

  @BeforeEach
  void needsMke2fs() {
    Tool.MKE2FS.assumePresent();
  }

  private void assertSound(RecordedDisk disk) throws IOException {
    Tool.E2FSCK.run("-fn", Files.write(directory.resolve("judged"), disk.content()));
  }

  @ParameterizedTest
  @EnumSource(names = {"EXT4_4K", "EXT3"})
  void frozenAndUnmounted(JournalImages kind) throws IOException {
    RecordedDisk disk = RecordedDisk.of(kind.make(directory.resolve("image")));
    try (TestDisk mounted = TestDisk.over(disk).memoryBytes(RAM_BYTES).start();
        Ext4 ext4 = Ext4.mount(mounted.driver(), MountOptions.READ_WRITE)) {
      Session session = ext4.session(Credentials.ROOT);
      session.mkdir(Ext4Path.of("/before"), 0755);
      ext4.freeze();
      assertSound(disk);
      assertErrno(() -> session.mkdir(Ext4Path.of("/meanwhile"), 0755), Errno.EBUSY);
    }
    assertSound(disk);
    try (TestDisk mounted = TestDisk.over(disk).memoryBytes(RAM_BYTES).start();
        Ext4 ext4 = Ext4.mount(mounted.driver())) {
      assertThat(ext4.recovered()).isEmpty();
      ext4.stat(Ext4Path.of("/before"));
    }
  }
}
