package dev.ringside.lab.files;

/**
 * A time as {@code utimensat} takes it.
 *
 * @param nanoseconds 0 to 999,999,999, {@link #NOW} or {@link #OMIT}
 */
public record FileTime(long seconds, int nanoseconds) {
  /** In the place of nanoseconds: the present time. */
  public static final int NOW = 0x3fff_ffff;

  /** In the place of nanoseconds: no change. */
  public static final int OMIT = 0x3fff_fffe;
}
