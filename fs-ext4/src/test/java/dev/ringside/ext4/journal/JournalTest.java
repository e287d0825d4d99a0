package dev.ringside.ext4.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.ext4.testing.JournalImages;
import dev.ringside.ext4.testing.JournaledImage;
import dev.ringside.ext4.testing.RecordedDisk;
import dev.ringside.ext4.testing.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Changes of metadata that go through the journal, as e2fsck and debugfs see them. */
final class JournalTest {
  private static final Pattern TIME = Pattern.compile("mtime: 0x([0-9a-f]+)");

  @TempDir private Path directory;

  private long modified(Path image, long inode) {
    Matcher found = TIME.matcher(Tool.DEBUGFS.run("-R", "stat <" + inode + ">", image));
    assertThat(found.find()).isTrue();
    return Long.parseLong(found.group(1), 16);
  }

  @ParameterizedTest
  @EnumSource
  void whatWasChangedIsHomeAfterAnUnmount(JournalImages kind) throws IOException {
    Path image = kind.make(directory.resolve("image"));
    RecordedDisk disk = RecordedDisk.of(image);
    long[] inodes = {2, 11, 50, 100, 150, 200};

    try (JournaledImage mounted = JournaledImage.open(disk)) {
      for (int i = 0; i < 3000; i++) {
        mounted.touch(1_000_000 + i, inodes);
        mounted.journal().poll();
        if (i % 3 == 0) {
          mounted.journal().commitAll();
        }
      }
    }

    Files.write(image, disk.content());
    Tool.E2FSCK.run("-fn", image);
    assertThat(LongStream.of(inodes).map(inode -> modified(image, inode)))
        .containsOnly(1_000_000L + 2999);
    assertThat(Tool.DEBUGFS.run("-R", "logdump -S", image)).containsPattern("Journal start: +0\n");
    assertThat(Tool.DEBUGFS.run("-R", "features", image)).doesNotContain("needs_recovery");
  }
}
