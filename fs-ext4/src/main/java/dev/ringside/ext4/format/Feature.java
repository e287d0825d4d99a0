package dev.ringside.ext4.format;

import java.util.Arrays;
import java.util.Optional;

/**
 * Every feature flag of the format, and what Ringside does with an image that has it. This table is
 * the only place where that is decided.
 *
 * <p>The format says how to treat a flag that a program does not know: an unknown {@link
 * Kind#COMPAT} may be ignored, an unknown {@link Kind#RO_COMPAT} allows reading, an unknown {@link
 * Kind#INCOMPAT} forbids everything.
 */
public enum Feature {
  DIR_PREALLOC(Kind.COMPAT, 0x1, "dir_prealloc", Support.WRITE),
  IMAGIC_INODES(Kind.COMPAT, 0x2, "imagic_inodes", Support.READ_ONLY_MOUNT),
  HAS_JOURNAL(Kind.COMPAT, 0x4, "has_journal", Support.WRITE),
  EXT_ATTR(Kind.COMPAT, 0x8, "ext_attr", Support.WRITE),
  RESIZE_INODE(Kind.COMPAT, 0x10, "resize_inode", Support.WRITE),
  DIR_INDEX(Kind.COMPAT, 0x20, "dir_index", Support.WRITE),
  SPARSE_SUPER2(Kind.COMPAT, 0x200, "sparse_super2", Support.WRITE),
  FAST_COMMIT(Kind.COMPAT, 0x400, "fast_commit", Support.WRITE),
  STABLE_INODES(Kind.COMPAT, 0x800, "stable_inodes", Support.WRITE),
  ORPHAN_FILE(Kind.COMPAT, 0x1000, "orphan_file", Support.WRITE),

  COMPRESSION(Kind.INCOMPAT, 0x1, "compression", Support.REFUSED),
  FILETYPE(Kind.INCOMPAT, 0x2, "filetype", Support.WRITE),
  /** The journal holds what the filesystem does not yet. */
  RECOVER(Kind.INCOMPAT, 0x4, "needs_recovery", Support.WRITE),
  JOURNAL_DEV(Kind.INCOMPAT, 0x8, "journal_dev", Support.REFUSED),
  META_BG(Kind.INCOMPAT, 0x10, "meta_bg", Support.WRITE),
  EXTENTS(Kind.INCOMPAT, 0x40, "extent", Support.WRITE),
  SIXTY_FOUR_BIT(Kind.INCOMPAT, 0x80, "64bit", Support.WRITE),
  /** Guards writers against each other; a reader neither checks nor updates it. */
  MMP(Kind.INCOMPAT, 0x100, "mmp", Support.READ_ONLY_MOUNT),
  FLEX_BG(Kind.INCOMPAT, 0x200, "flex_bg", Support.WRITE),
  /** Large attribute values live in inodes of their own, which no path leads to. */
  EA_INODE(Kind.INCOMPAT, 0x400, "ea_inode", Support.READ_ONLY_MOUNT),
  DIRDATA(Kind.INCOMPAT, 0x1000, "dirdata", Support.REFUSED),
  CSUM_SEED(Kind.INCOMPAT, 0x2000, "metadata_csum_seed", Support.WRITE),
  LARGE_DIR(Kind.INCOMPAT, 0x4000, "large_dir", Support.WRITE),
  INLINE_DATA(Kind.INCOMPAT, 0x8000, "inline_data", Support.REFUSED),
  ENCRYPT(Kind.INCOMPAT, 0x1_0000, "encrypt", Support.REFUSED),
  CASEFOLD(Kind.INCOMPAT, 0x2_0000, "casefold", Support.REFUSED),

  SPARSE_SUPER(Kind.RO_COMPAT, 0x1, "sparse_super", Support.WRITE),
  LARGE_FILE(Kind.RO_COMPAT, 0x2, "large_file", Support.WRITE),
  BTREE_DIR(Kind.RO_COMPAT, 0x4, "btree_dir", Support.WRITE),
  HUGE_FILE(Kind.RO_COMPAT, 0x8, "huge_file", Support.WRITE),
  GDT_CSUM(Kind.RO_COMPAT, 0x10, "uninit_bg", Support.WRITE),
  DIR_NLINK(Kind.RO_COMPAT, 0x20, "dir_nlink", Support.WRITE),
  EXTRA_ISIZE(Kind.RO_COMPAT, 0x40, "extra_isize", Support.WRITE),
  QUOTA(Kind.RO_COMPAT, 0x100, "quota", Support.READ_ONLY_MOUNT),
  /** Allocation is by clusters, but extents still count blocks. */
  BIGALLOC(Kind.RO_COMPAT, 0x200, "bigalloc", Support.READ_ONLY_MOUNT),
  METADATA_CSUM(Kind.RO_COMPAT, 0x400, "metadata_csum", Support.WRITE),
  READ_ONLY(Kind.RO_COMPAT, 0x1000, "read-only", Support.READ_ONLY_MOUNT),
  PROJECT(Kind.RO_COMPAT, 0x2000, "project", Support.READ_ONLY_MOUNT),
  SHARED_BLOCKS(Kind.RO_COMPAT, 0x4000, "shared_blocks", Support.READ_ONLY_MOUNT),
  /** Content reads as it is; the Merkle trees behind it are not checked. */
  VERITY(Kind.RO_COMPAT, 0x8000, "verity", Support.READ_ONLY_MOUNT),
  ORPHAN_PRESENT(Kind.RO_COMPAT, 0x1_0000, "orphan_present", Support.WRITE);

  /** Which of the superblock's three feature words holds a flag. */
  public enum Kind {
    COMPAT,
    INCOMPAT,
    RO_COMPAT
  }

  /** What Ringside does with an image that has a feature. */
  public enum Support {
    /** Such an image is read and written. */
    WRITE,
    /** Such an image is read, but not mounted for writing. */
    READ_ONLY_MOUNT,
    /** Such an image is not mounted. */
    REFUSED
  }

  private final Kind kind;
  private final int bit;
  private final String label;
  private final Support support;

  Feature(Kind kind, int bit, String label, Support support) {
    this.kind = kind;
    this.bit = bit;
    this.label = label;
    this.support = support;
  }

  public Kind kind() {
    return kind;
  }

  /** The flag in its word: one bit is set. */
  public int bit() {
    return bit;
  }

  /** The name that mke2fs and dumpe2fs use. */
  public String label() {
    return label;
  }

  public Support support() {
    return support;
  }

  /** The feature behind a flag, if it is known. */
  public static Optional<Feature> of(Kind kind, int bit) {
    return Arrays.stream(values())
        .filter(feature -> feature.kind == kind && feature.bit == bit)
        .findFirst();
  }
}
