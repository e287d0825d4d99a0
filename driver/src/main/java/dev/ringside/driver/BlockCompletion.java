package dev.ringside.driver;

/** What to do when a request has ended; it runs inside {@link BlockDevice#reap}. */
@FunctionalInterface
public interface BlockCompletion {
  /** The request carries its status; it may be made anew and submitted again from here. */
  void completed(BlockRequest request);
}
