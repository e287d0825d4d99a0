package dev.ringside.ext4;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.error.Ext4UnsupportedException;
import dev.ringside.ext4.testing.MountedImage;
import dev.ringside.ext4.testing.Tool;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever mke2fs can make is read, or refused by name. */
final class FeatureMatrixTest {
  private static final int FILES = 40;

  static Stream<String> options() {
    List<String> options = new ArrayList<>();
    for (String type : List.of("ext2", "ext3", "ext4")) {
      for (int blockSize : new int[] {1024, 2048, 4096, 8192, 65536}) {
        options.add("-t %s -b %d".formatted(type, blockSize));
      }
    }
    for (int blockSize : new int[] {1024, 4096}) {
      for (String features :
          List.of(
              "^64bit",
              "^metadata_csum",
              "^metadata_csum,uninit_bg",
              "^metadata_csum,uninit_bg,^64bit",
              "^extents,^64bit",
              "^flex_bg",
              "^filetype",
              "^dir_index",
              "^has_journal",
              "^resize_inode,^sparse_super",
              "^resize_inode,sparse_super2",
              "^resize_inode,meta_bg",
              "^resize_inode,meta_bg,^64bit",
              "bigalloc",
              "metadata_csum_seed,orphan_file",
              "large_dir",
              "ea_inode",
              "mmp",
              "quota,project",
              "verity",
              "stable_inodes",
              "fast_commit",
              "^huge_file,^dir_nlink,^extra_isize,^large_file")) {
        options.add("-t ext4 -b %d -O %s".formatted(blockSize, features));
      }
    }
    options.add("-t ext4 -I 128 -O ^metadata_csum");
    options.add("-t ext4 -I 128");
    options.add("-t ext4 -I 512");
    options.add("-t ext2 -r 0");
    options.add("-t ext4 -b 1024 -g 256 -O ^resize_inode,meta_bg");
    options.add("-t ext4 -b 1024 -G 4 -g 1024");
    return options.stream();
  }

  @ParameterizedTest
  @MethodSource("options")
  void imageIsRead(String options, @TempDir Path directory) throws IOException {
    Path tree = makeTree(directory.resolve("tree"));
    Path image = directory.resolve("image");
    makeImage(image, "64M", options, "-d", tree);

    try (MountedImage mounted = MountedImage.of(image)) {
      Ext4 ext4 = mounted.ext4();
      for (int i = 0; i < FILES; i++) {
        Ext4File file = ext4.open(Ext4Path.of("/directory/" + name(i)));
        byte[] content = new byte[content(i).length];
        assertThat(file.size()).isEqualTo(content.length);
        assertThat(file.read(0, content, 0, content.length)).isEqualTo(content.length);
        assertThat(content).isEqualTo(content(i));
      }
      assertThat(ext4.readlink(Ext4Path.of("/link")).toString()).isEqualTo("directory");
      Everything.readBelow(ext4, Ext4Path.ROOT);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"inline_data", "encrypt", "casefold"})
  void imageIsRefused(String feature, @TempDir Path directory) {
    Path image = directory.resolve("image");
    makeImage(image, "16M", "-t ext4 -O " + feature);

    assertThatThrownBy(() -> MountedImage.of(image))
        .isInstanceOf(Ext4UnsupportedException.class)
        .hasMessageStartingWith(feature);
  }

  @Test
  void journalDeviceIsRefused(@TempDir Path directory) {
    Path image = directory.resolve("image");
    makeImage(image, "16M", "-O journal_dev");

    assertThatThrownBy(() -> MountedImage.of(image))
        .isInstanceOf(Ext4UnsupportedException.class)
        .hasMessageStartingWith("journal_dev");
  }

  @Test
  void diskOfATebibyteIsMountedWithFewReads(@TempDir Path directory) throws Ext4Exception {
    Path image = directory.resolve("image");
    makeImage(image, "1T", "-t ext4 -E lazy_itable_init=1,lazy_journal_init=1 -J size=4");

    try (MountedImage mounted = MountedImage.of(image)) {
      assertThat(mounted.ext4().superblock().groups()).isEqualTo(8192);
      mounted.ext4().stat(Ext4Path.of("/lost+found"));
      assertThat(mounted.ext4().cacheStats().misses()).isLessThanOrEqualTo(4);
    }
  }

  private static void makeImage(Path image, String size, String options, Object... more) {
    List<Object> arguments = new ArrayList<>(List.of("-q", "-F"));
    arguments.addAll(List.of((Object[]) options.split(" ", -1)));
    arguments.addAll(List.of(more));
    arguments.add(image);
    arguments.add(size);
    Tool.MKE2FS.run(arguments.toArray());
  }

  private static Path makeTree(Path tree) throws IOException {
    Path directory = Files.createDirectories(tree.resolve("directory"));
    for (int i = 0; i < FILES; i++) {
      Files.write(directory.resolve(name(i)), content(i));
    }
    Files.createSymbolicLink(tree.resolve("link"), Path.of("directory"));
    return tree;
  }

  private static String name(int index) {
    return "file-with-a-rather-long-name-" + index;
  }

  /** From a line to 200 KiB. */
  private static byte[] content(int index) {
    return ("line of file " + index + "\n")
        .repeat((index + 1) * (index + 1) * 8)
        .getBytes(StandardCharsets.UTF_8);
  }
}
