package dev.ringside.lab.replay;

/** A batch does not fit the queue. */
public final class BatchTooLargeException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Both in requests. */
  public BatchTooLargeException(int batch, int most) {
    super("a batch of %d requests, but the queue takes at most %d".formatted(batch, most));
  }
}
