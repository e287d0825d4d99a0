package dev.ringside.ext4.testing;

/** The filesystems that operations are tried on, as mke2fs is asked for them. */
public enum Format {
  EXT2("-t ext2"),
  EXT3("-t ext3"),
  EXT4("-t ext4"),
  /** What mke2fs makes by default where nobody changed its configuration. */
  EXT4_UPSTREAM("-t ext4 -O metadata_csum_seed,orphan_file"),
  EXT4_1K("-t ext4 -b 1024");

  private final String options;

  Format(String options) {
    this.options = options;
  }

  /** The options of mke2fs, separated by blanks. */
  public String options() {
    return options;
  }
}
