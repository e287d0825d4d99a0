package dev.ringside.lab.files;

/** The flags of {@code renameat2}. */
public final class RenameFlag {
  public static final int NO_REPLACE = 1;
  public static final int EXCHANGE = 2;
  public static final int WHITEOUT = 4;

  private RenameFlag() {}
}
