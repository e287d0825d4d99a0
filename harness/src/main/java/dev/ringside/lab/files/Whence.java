package dev.ringside.lab.files;

/** From where {@code lseek} counts, and what it looks for. */
public final class Whence {
  public static final int SET = 0;
  public static final int CURRENT = 1;
  public static final int END = 2;
  public static final int DATA = 3;
  public static final int HOLE = 4;

  private Whence() {}
}
