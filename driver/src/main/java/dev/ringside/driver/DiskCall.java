package dev.ringside.driver;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A call whose requests are on their way. It ends with the last of them, badly if one did.
 *
 * @param <T> what it answers
 */
final class DiskCall<T> {
  /** Makes the answer of the memory that the device wrote; it may find that to be nonsense. */
  interface Answer<T> {
    T read();
  }

  private final CompletableFuture<T> future = new CompletableFuture<>();
  private final Answer<T> answer;
  private final Runnable cleanup;
  private int left;
  private @Nullable DiskException failure;

  /**
   * A call that has not begun.
   *
   * @param requests how many it has, 1 or more
   * @param cleanup gives back what the call has borrowed, when it ends
   */
  DiskCall(int requests, Answer<T> answer, Runnable cleanup) {
    this.left = requests;
    this.answer = answer;
    this.cleanup = cleanup;
  }

  CompletableFuture<T> future() {
    return future;
  }

  /** One of its requests has ended. */
  void ended(BlockRequest request) {
    end(request.status() == BlockStatus.OK ? null : new DiskException(request));
  }

  /** One of its requests cannot go out. */
  void refused(BlockRequest request, RuntimeException reason) {
    end(new DiskException(request, reason));
  }

  private void end(@Nullable DiskException how) {
    if (failure == null) {
      failure = how;
    }
    left--;
    if (left > 0) {
      return;
    }
    try {
      if (failure != null) {
        future.completeExceptionally(failure);
      } else {
        future.complete(answer.read());
      }
    } catch (BlockDeviceException nonsense) {
      future.completeExceptionally(nonsense);
    } finally {
      cleanup.run();
    }
  }
}
