package dev.ringside.ext4.dir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.ByteString;
import dev.ringside.ext4.format.DirectoryHash;
import dev.ringside.ext4.format.HashSeed;
import dev.ringside.ext4.format.HashVersion;
import dev.ringside.ext4.testing.ImageEditor;
import dev.ringside.ext4.testing.KernelMount;
import dev.ringside.ext4.testing.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Index nodes split, levels are added, and at last a tree is full. */
final class HashTreeGrowthTest {
  private static final int INDIRECT_LEVELS = 0x1e;

  private static String longName(int number) {
    return "%06d".formatted(number) + "n".repeat(249);
  }

  private static int levels(Path image) {
    ImageEditor editor = ImageEditor.of(image);
    return editor.get8(editor.fileBlock(NamedFiles.DIRECTORY, 0) + INDIRECT_LEVELS);
  }

  @Test
  void aTreeIsFullWhereTheKernelsIs(@TempDir Path scratch) throws IOException {
    Path image = NamedFiles.make(scratch, "64M", "-t ext4 -b 1024 -O ^has_journal");
    // The seed of the hashes decides when a tree is full.
    Tool.DEBUGFS.run("-w", "-R", "ssv hash_seed 01234567-89ab-cdef-0123-456789abcdef", image);
    Path copy = Files.copy(image, scratch.resolve("copy"), StandardCopyOption.REPLACE_EXISTING);
    NamedFiles files = NamedFiles.of(image);
    int names = 0;
    try {
      while (true) {
        files.add(longName(names));
        names++;
      }
    } catch (Ext4Exception full) {
      assertThat(full.errno()).isEqualTo(Errno.ENOSPC);
    }
    long size = files.inode().inode().size();
    assertThat(files.list()).hasSize(names);
    files.remove(longName(7));
    files.add(longName(7));
    files.closeSound();
    assertThat(levels(image)).isEqualTo(1);

    try (KernelMount mount = KernelMount.of(copy)) {
      String kernels =
          mount.python(
              """
              n = 0
              try:
                while True:
                  os.link('one', 'names/%06d' % n + 'n' * 249)
                  n += 1
              except OSError as failure:
                print(failure.errno, n, os.stat('names').st_size)
              """);
      assertThat(kernels.strip()).isEqualTo("28 %d %d".formatted(names, size));
    }
  }

  @Test
  void largeDirectoriesHaveAThirdLevel(@TempDir Path scratch) throws IOException {
    Path image = NamedFiles.make(scratch, "64M", "-t ext4 -b 1024 -O ^has_journal,large_dir");
    int names = 24_000;
    NamedFiles files = NamedFiles.of(image);
    for (int i = 0; i < names; i++) {
      files.add(longName(i));
    }
    for (int i = 0; i < names; i += 101) {
      assertThat(files.directory().lookup(ByteString.of(longName(i)))).isNotNull();
    }
    assertThat(files.list()).hasSize(names);
    for (int i = 0; i < names; i += 3) {
      files.remove(longName(i));
    }
    files.closeSound();

    assertThat(levels(image)).isEqualTo(2);
    assertThat(Tool.DEBUGFS.run("-R", "htree_dump " + NamedFiles.DIRECTORY, image))
        .contains("Indirect levels: 2");
  }

  @Test
  void namesOfOneHashGoOnInTheNextLeaf(@TempDir Path scratch) throws IOException {
    Path image = NamedFiles.make(scratch, "8M", "-t ext4 -b 1024 -O ^has_journal");
    Tool.TUNE2FS.run("-E", "hash_alg=legacy", image);
    List<String> names =
        Stream.of("hdj5j", "pgi3l", "zi0iv", "157oi").map(end -> "n".repeat(250) + end).toList();
    List<String> others = IntStream.range(0, 200).mapToObj(HashTreeGrowthTest::longName).toList();
    HashSeed none = new HashSeed(0, 0, 0, 0);
    assertThat(names)
        .extracting(
            name -> DirectoryHash.of(ByteString.of(name), HashVersion.LEGACY, false, none).major())
        .hasSize(4)
        .containsOnly(
            DirectoryHash.of(ByteString.of(names.getFirst()), HashVersion.LEGACY, false, none)
                .major());
    NamedFiles files = NamedFiles.of(image);
    for (int i = 0; i < others.size(); i++) {
      files.add(others.get(i));
      if (i % 50 == 49) {
        files.add(names.get(i / 50));
      }
    }

    for (String name : names) {
      assertThat(files.directory().lookup(ByteString.of(name))).as(name).isNotNull();
    }
    assertThat(files.list()).hasSize(204).doesNotHaveDuplicates();
    for (String name : names) {
      files.remove(name);
    }
    assertThat(files.list()).hasSameElementsAs(others);
    files.closeSound();
    assertThatThrownBy(() -> removeFrom(image, names.getFirst()))
        .isInstanceOfSatisfying(
            Ext4Exception.class, failure -> assertThat(failure.errno()).isEqualTo(Errno.ENOENT));
  }

  private static void removeFrom(Path image, String name) throws Ext4Exception {
    try (NamedFiles files = NamedFiles.of(image)) {
      files.remove(name);
    }
  }
}
