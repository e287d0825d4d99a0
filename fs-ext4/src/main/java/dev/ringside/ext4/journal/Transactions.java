package dev.ringside.ext4.journal;

import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4Exception;

/** How changes of metadata reach the disk: through a journal, or without one. */
public interface Transactions extends AutoCloseable {
  /**
   * Begins an operation.
   *
   * @param credits how many blocks it may change, at most
   * @param mayUseReserve whether it may allocate what is reserved for the superuser
   * @throws Ext4Exception with {@link Errno#EROFS} when the filesystem has become read-only
   */
  Handle start(int credits, boolean mayUseReserve) throws Ext4Exception;

  /**
   * Returns when a transaction, and all before it, cannot be lost any more.
   *
   * @param transaction as {@link Handle#transaction} gave it
   * @return whether the disk's cache was flushed for that from now on: what was written before the
   *     call cannot be lost any more, either
   */
  boolean commit(int transaction) throws Ext4Exception;

  /**
   * Returns when everything that was done cannot be lost any more.
   *
   * @return as for {@link #commit}
   */
  boolean commitAll() throws Ext4Exception;

  /** Whether a transaction cannot be lost any more. */
  boolean isCommitted(int transaction);

  /**
   * Moves on what goes on in the background without waiting for it: takes completions, begins the
   * next stage of a commit, begins a commit that is due. Called after every operation.
   */
  void poll() throws Ext4Exception;

  /**
   * Stops after a failure in the middle of an operation: what was not committed is never written,
   * and no operation is begun any more.
   */
  void abort(Throwable cause);

  /**
   * Stops as if the power had failed: like {@link #abort}, but nothing went wrong, and the disk
   * does not say so.
   */
  void stop();

  /**
   * Writes everything home and leaves the disk as an unmounted one. No operation may begin until
   * {@link #thaw}.
   */
  void freeze() throws Ext4Exception;

  /** Makes the disk that of a mounted filesystem again; does nothing unless it is frozen. */
  void thaw() throws Ext4Exception;

  /** Whether {@link #freeze} was called, and {@link #thaw} not yet. */
  boolean isFrozen();

  /** Whether {@link #abort} or {@link #stop} was called, or a commit failed. */
  boolean isAborted();

  /** Writes everything to its home, unless aborted, and leaves the disk as an unmounted one. */
  @Override
  void close() throws Ext4Exception;
}
