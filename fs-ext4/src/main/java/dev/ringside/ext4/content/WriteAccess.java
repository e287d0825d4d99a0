package dev.ringside.ext4.content;

/**
 * What the caller of a change may do.
 *
 * @param mayUseReserve whether it may take the blocks that are reserved for the superuser
 * @param keepsSetId whether a file that it changes keeps its set-user-id and set-group-id bits
 */
public record WriteAccess(boolean mayUseReserve, boolean keepsSetId) {
  /** The superuser's. */
  public static final WriteAccess ROOT = new WriteAccess(true, true);

  /** Everybody else's. */
  public static final WriteAccess USER = new WriteAccess(false, false);
}
