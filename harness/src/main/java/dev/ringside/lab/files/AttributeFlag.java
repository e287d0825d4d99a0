package dev.ringside.lab.files;

/** The flags of {@code setxattr}. */
public final class AttributeFlag {
  public static final int CREATE = 1;
  public static final int REPLACE = 2;

  private AttributeFlag() {}
}
