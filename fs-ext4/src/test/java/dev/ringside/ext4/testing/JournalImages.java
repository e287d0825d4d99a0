package dev.ringside.ext4.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Kinds of filesystems that mke2fs makes, each with a journal of the smallest size: 1024 blocks.
 */
public enum JournalImages {
  EXT4_1K("-t ext4 -b 1024 -J size=1 -O 64bit,metadata_csum", 8192),
  EXT4_2K("-t ext4 -b 2048 -J size=2 -O ^64bit,metadata_csum", 8192),
  EXT4_4K("-t ext4 -b 4096 -J size=4 -O 64bit,metadata_csum,metadata_csum_seed,orphan_file", 4096),
  NO_CSUM_1K("-t ext4 -b 1024 -J size=1 -O ^64bit,^metadata_csum", 8192),
  NO_CSUM_64BIT("-t ext4 -b 1024 -J size=1 -O 64bit,^metadata_csum", 8192),
  EXT3("-t ext3 -b 1024 -J size=1", 8192);

  /** Files that an image has in its root. */
  public static final int FILES = 200;

  /** The inode of the first of them, behind that of lost+found. */
  public static final long FIRST_FILE = 12;

  private final String options;
  private final int blocks;

  JournalImages(String options, int blocks) {
    this.options = options;
    this.blocks = blocks;
  }

  /** Makes an image with many small files. */
  public Path make(Path image) {
    try {
      Path tree = Files.createTempDirectory("ringside-tree");
      for (int i = 0; i < FILES; i++) {
        Files.writeString(tree.resolve("file%03d".formatted(i)), "content of file %d".formatted(i));
      }
      String arguments =
          "-q -F -N 512 -I 256 %s -d %s %s %d".formatted(options, tree, image, blocks);
      Files.deleteIfExists(image);
      Tool.MKE2FS.run(Arrays.<Object>stream(arguments.split(" ")).toArray());
      for (int i = 0; i < FILES; i++) {
        Files.delete(tree.resolve("file%03d".formatted(i)));
      }
      Files.delete(tree);
      return image;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
