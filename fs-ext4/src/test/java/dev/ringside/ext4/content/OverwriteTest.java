package dev.ringside.ext4.content;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.ext4.content.ContentImage.Kind;
import dev.ringside.ext4.content.ContentImage.Model;
import dev.ringside.ext4.content.ContentImage.Mounted;
import dev.ringside.ext4.inode.InCoreInode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Bytes that change in blocks that are there already. */
final class OverwriteTest {
  private static final int SIZE = 300_000;

  @TempDir private Path directory;

  @ParameterizedTest
  @EnumSource(Kind.class)
  void whatIsWrittenIsReadAndReachesTheDisk(Kind kind) throws IOException {
    byte[] before = ContentImage.pattern(1, SIZE);
    ContentImage image = ContentImage.make(directory, kind, 8);
    image.write(directory, "file", before);
    Model model = new Model(before);
    Random random = new Random(7);
    try (Mounted mounted = image.mount(options -> options.withPageCacheBytes(64 << 10))) {
      InCoreInode file = mounted.file("file");
      for (int i = 0; i < 500; i++) {
        int position = random.nextInt(SIZE);
        int length = Math.min(SIZE - position, 1 + random.nextInt(1 << random.nextInt(17)));
        if (random.nextInt(3) == 0) {
          byte[] source = ContentImage.pattern(i + 2, length);
          assertThat(mounted.content().write(file, position, source, 0, length, WriteAccess.ROOT))
              .isEqualTo(length);
          model.write(position, source);
        } else {
          byte[] target = new byte[length];
          assertThat(mounted.content().read(file, position, target, 0, length)).isEqualTo(length);
          assertThat(target)
              .as("step %d: %d bytes at %d", i, length, position)
              .isEqualTo(java.util.Arrays.copyOfRange(model.bytes(), position, position + length));
        }
        if (random.nextInt(50) == 0) {
          mounted.content().sync(file);
        }
      }
      assertThat(mounted.readAll(file)).isEqualTo(model.bytes());
    }
    image.assertSound();
    assertThat(image.dump(directory, "file")).isEqualTo(model.bytes());
  }
}
