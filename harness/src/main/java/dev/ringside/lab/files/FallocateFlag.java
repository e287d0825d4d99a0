package dev.ringside.lab.files;

/** The modes of {@code fallocate}. */
public final class FallocateFlag {
  public static final int KEEP_SIZE = 0x1;
  public static final int PUNCH_HOLE = 0x2;
  public static final int COLLAPSE_RANGE = 0x8;
  public static final int ZERO_RANGE = 0x10;
  public static final int INSERT_RANGE = 0x20;
  public static final int UNSHARE_RANGE = 0x40;

  private FallocateFlag() {}
}
