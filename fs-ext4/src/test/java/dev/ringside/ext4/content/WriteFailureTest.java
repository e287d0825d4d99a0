package dev.ringside.ext4.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringside.ext4.content.ContentImage.Kind;
import dev.ringside.ext4.content.ContentImage.Mounted;
import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.inode.InCoreInode;
import dev.ringside.ext4.testing.RecordedDisk;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Content that could not be written is not forgotten before somebody was told. */
final class WriteFailureTest {
  private static final int SIZE = 1 << 20;

  @TempDir private Path directory;

  @Test
  void backgroundFailureIsToldOnceByTheNextSync() throws IOException {
    ContentImage image = ContentImage.make(directory, Kind.EXTENTS_4K, 8);
    image.write(directory, "file", ContentImage.pattern(1, SIZE));
    RecordedDisk disk = RecordedDisk.of(image.path());
    try (Mounted mounted = image.mount(disk, options -> options.withPageCacheBytes(128 << 10))) {
      InCoreInode file = mounted.file("file");
      FileContent content = mounted.content();
      byte[] bytes = ContentImage.pattern(2, SIZE);
      content.write(file, 0, bytes, 0, 1, WriteAccess.ROOT);
      content.sync(file);

      disk.failFrom(0);
      content.write(file, 0, bytes, 0, SIZE, WriteAccess.ROOT);
      disk.failFrom(Integer.MAX_VALUE);

      assertThatThrownBy(() -> content.sync(file))
          .isInstanceOfSatisfying(
              Ext4Exception.class, failure -> assertThat(failure.errno()).isEqualTo(Errno.EIO));
      content.write(file, 0, bytes, 0, SIZE, WriteAccess.ROOT);
      content.sync(file);
      assertThat(mounted.readAll(file)).isEqualTo(bytes);
    }
  }
}
