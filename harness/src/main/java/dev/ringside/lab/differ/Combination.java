package dev.ringside.lab.differ;

import dev.ringside.lab.kernel.Program;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** A filesystem as mke2fs makes it, and how it is mounted. */
public enum Combination {
  EXT2(64, 4096, "-t ext2 -b 4096"),
  EXT3(64, 4096, "-t ext3 -b 4096"),
  EXT4(64, 4096, "-t ext4 -b 4096"),
  /** What upstream's mke2fs 1.47 makes when it is told nothing. */
  UPSTREAM(64, 4096, "-t ext4 -b 4096 -O metadata_csum_seed,orphan_file"),
  BLOCKS_1K(64, 1024, "-t ext4 -b 1024"),
  BLOCKS_2K(64, 2048, "-t ext4 -b 2048"),
  NO_EXTENTS(64, 4096, "-t ext4 -b 4096 -O ^extents,^64bit"),
  NO_EXTENTS_1K(64, 1024, "-t ext4 -b 1024 -O ^extents,^64bit,^metadata_csum"),
  UNINIT_BG(64, 4096, "-t ext4 -b 4096 -O ^metadata_csum,uninit_bg"),
  NO_CHECKSUMS(64, 1024, "-t ext4 -b 1024 -O ^metadata_csum"),
  NO_64BIT(64, 4096, "-t ext4 -b 4096 -O ^64bit"),
  NO_FLEX_BG(64, 1024, "-t ext4 -b 1024 -O ^flex_bg"),
  /** Descriptors stand in the groups that they describe. */
  META_BG(64, 1024, "-t ext4 -b 1024 -O meta_bg,^resize_inode"),
  /** Without what a large file or directory needs, and with a superblock in every group. */
  NOTHING_LARGE(
      64, 1024, "-t ext4 -b 1024 -O ^huge_file,^large_file,^dir_nlink,^sparse_super,^resize_inode"),
  NO_DIR_INDEX(64, 4096, "-t ext4 -b 4096 -O ^dir_index"),
  LARGE_DIR(64, 1024, "-t ext4 -b 1024 -O large_dir"),
  NO_JOURNAL(64, 4096, "-t ext4 -b 4096 -O ^has_journal"),
  INODES_128(64, 4096, "-t ext4 -b 4096 -O ^extra_isize -I 128"),
  INODES_512(64, 4096, "-t ext4 -b 4096 -I 512"),
  DATA_JOURNAL(64, 4096, "-t ext4 -b 4096", "data=journal"),
  DATA_WRITEBACK(64, 4096, "-t ext4 -b 4096", "data=writeback"),
  EXT3_JOURNAL_1K(64, 1024, "-t ext3 -b 1024", "data=journal"),
  SMALL_JOURNAL(64, 1024, "-t ext4 -b 1024 -J size=1"),
  /** Fills up, in blocks. */
  SMALL(8, 1024, "-t ext4 -b 1024 -N 512"),
  /** Fills up, in inodes. */
  FEW_INODES(32, 4096, "-t ext4 -b 4096 -N 64"),
  SMALL_EXT2(8, 1024, "-t ext2 -b 1024");

  private static final long MIB = 1L << 20;
  private static final String UUID = "5ca1ab1e-0000-4000-8000-000000000001";
  private static final String HASH_SEED = "5ca1ab1e-0000-4000-8000-000000000002";

  /** Disks of this size are filled up now and then. */
  private static final int SMALL_MIB = 8;

  private final int mebibytes;
  private final int blockSize;
  private final String mke2fs;
  private final String mountOptions;

  Combination(int mebibytes, int blockSize, String mke2fs, String... mountOptions) {
    this.mebibytes = mebibytes;
    this.blockSize = blockSize;
    this.mke2fs = mke2fs;
    this.mountOptions = String.join(",", mountOptions);
  }

  /** The name on the command line. */
  public String commandName() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The combination of that name. */
  public static Combination named(String commandName) {
    return Arrays.stream(values())
        .filter(combination -> combination.commandName().equals(commandName))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "no combination %s; there are %s"
                        .formatted(
                            commandName,
                            String.join(
                                ", ",
                                Arrays.stream(values()).map(Combination::commandName).toList()))));
  }

  public int blockSize() {
    return blockSize;
  }

  /** What mount(8) and Ringside are told, such as {@code data=journal}; empty for the default. */
  public String mountOptions() {
    return mountOptions;
  }

  /** Whether it is small enough to be filled up. */
  public boolean isSmall() {
    return mebibytes <= SMALL_MIB;
  }

  /** Whether a crash can be recovered from. */
  public boolean hasJournal() {
    return this != EXT2 && this != NO_JOURNAL && this != SMALL_EXT2;
  }

  /** Makes the filesystem in a new file. The same call makes the same image. */
  public void make(Path image) throws IOException {
    make(image, mebibytes);
  }

  /** As {@link #make(Path)}, in another size. */
  public void make(Path image, int sizeInMib) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(0);
      file.setLength(sizeInMib * MIB);
    }
    List<Object> arguments = new ArrayList<>(List.of("-q", "-F", "-U", UUID));
    arguments.addAll(List.of(mke2fs.split(" ", -1)));
    arguments.addAll(
        List.of("-E", "hash_seed=" + HASH_SEED + ",lazy_itable_init=0,nodiscard", image));
    Program.MKE2FS.succeed(arguments.toArray());
  }
}
