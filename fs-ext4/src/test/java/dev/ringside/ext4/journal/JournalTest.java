package dev.ringside.ext4.journal;

import static org.assertj.core.api.Assertions.assertThat;

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

  /** Kinds of filesystems, each with a journal of the smallest size. */
  enum Kind {
    EXT4_1K("-t ext4 -b 1024 -O 64bit,metadata_csum", 8192),
    EXT4_2K("-t ext4 -b 2048 -O ^64bit,metadata_csum", 8192),
    EXT4_4K("-t ext4 -b 4096 -O 64bit,metadata_csum,metadata_csum_seed,orphan_file", 4096),
    NO_CSUM_1K("-t ext4 -b 1024 -O ^64bit,^metadata_csum", 8192),
    NO_CSUM_64BIT("-t ext4 -b 1024 -O 64bit,^metadata_csum", 8192),
    EXT3("-t ext3 -b 1024", 8192);

    final String options;
    final int blocks;

    Kind(String options, int blocks) {
      this.options = options;
      this.blocks = blocks;
    }

    /** Makes an image with four groups of inodes. */
    Path make(Path image) {
      Object[] arguments =
          ("-q -F -J size="
                  + (options.contains("4096") ? 4 : options.contains("2048") ? 2 : 1)
                  + " -N 512 -I 256 "
                  + options
                  + " "
                  + image
                  + " "
                  + blocks)
              .split(" ");
      Tool.MKE2FS.run(arguments);
      return image;
    }
  }

  private long modified(Path image, long inode) {
    Matcher found = TIME.matcher(Tool.DEBUGFS.run("-R", "stat <" + inode + ">", image));
    assertThat(found.find()).isTrue();
    return Long.parseLong(found.group(1), 16);
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void whatWasChangedIsHomeAfterAnUnmount(Kind kind) throws IOException {
    Path image = kind.make(directory.resolve("image"));
    RecordedDisk disk = RecordedDisk.of(image);
    long[] inodes = {2, 11};

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
