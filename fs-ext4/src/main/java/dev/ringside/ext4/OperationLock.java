package dev.ringside.ext4;

import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4CorruptedException;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.error.Ext4FrozenException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/**
 * Runs the operations of a mounted filesystem one at a time, because the device takes one task at a
 * time; and knows which it still runs: all of them, only those that change nothing, or none.
 */
final class OperationLock {
  private final ReentrantLock lock = new ReentrantLock();

  /** Signalled when those that wait because the filesystem is frozen should look again. */
  private final Condition thawed = lock.newCondition();

  private final Volume volume;
  private final DamageRecord damage;
  private boolean mounted = true;
  private boolean shutdown;

  /** Operations on a volume that nobody else uses. */
  OperationLock(Volume volume, DamageRecord damage) {
    this.volume = volume;
    this.damage = damage;
  }

  /** What an operation does under the lock. */
  @FunctionalInterface
  interface Operation<T> {
    T run(Volume volume) throws Ext4Exception;
  }

  /** What an operation without a result does under the lock. */
  @FunctionalInterface
  interface Change {
    void run(Volume volume) throws Ext4Exception;
  }

  /** Runs an operation under the lock, and what is due in the background after it. */
  <T> T run(Operation<T> operation) throws Ext4Exception {
    lock();
    try {
      while (true) {
        try {
          return runOnce(operation);
        } catch (Ext4FrozenException unchanged) {
          awaitThaw();
        }
      }
    } finally {
      lock.unlock();
    }
  }

  private <T> T runOnce(Operation<T> operation) throws Ext4Exception {
    long handles = volume.handles();
    try {
      return attempt(operation);
    } catch (Ext4Exception failure) {
      noteFailure(failure, volume.handles() != handles);
      throw failure;
    } catch (RuntimeException | Error defect) {
      stop(defect);
      throw defect;
    } finally {
      finishOperation();
    }
  }

  /** As {@link #run}, for what has no result. */
  void change(Change operation) throws Ext4Exception {
    Boolean done =
        run(
            rooms -> {
              operation.run(rooms);
              return Boolean.TRUE;
            });
    assert done;
  }

  /** As {@link #change}, but does nothing after the unmount, a shutdown or an abort. */
  void changeUnlessEnded(Change operation) throws Ext4Exception {
    lock.lock();
    try {
      if (mounted && !shutdown && !volume.isStopped()) {
        change(operation);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Looks at something that is there after the unmount, too. */
  <T> T inspect(Function<Volume, T> question) {
    lock.lock();
    try {
      return question.apply(volume);
    } finally {
      lock.unlock();
    }
  }

  /** Takes the lock; the caller unlocks. */
  private void lock() throws Ext4Exception {
    lock.lock();
    try {
      checkRunning();
    } catch (Ext4Exception ended) {
      lock.unlock();
      throw ended;
    }
  }

  private void checkRunning() throws Ext4Exception {
    if (shutdown) {
      throw new Ext4Exception(Errno.EIO, "filesystem", "it was shut down");
    }
    if (!mounted) {
      throw new Ext4Exception(Errno.EBADF, "filesystem", "it was unmounted");
    }
  }

  /** Gives the lock to others until there is a reason to try again. */
  private void awaitThaw() throws Ext4Exception {
    try {
      while (volume.isFrozen()) {
        thawed.await();
        checkRunning();
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new Ext4Exception(Errno.EINTR, "filesystem", "interrupted while it is frozen");
    }
  }

  /** Blocks that were freed become free with a commit: one more try after it. */
  private <T> T attempt(Operation<T> operation) throws Ext4Exception {
    try {
      return operation.run(volume);
    } catch (Ext4Exception failure) {
      if (failure.errno() != Errno.ENOSPC
          || !volume.isWritable()
          || !volume.writing().allocation().blocks().isCommitWorthwhile()) {
        throw failure;
      }
      volume.writing().transactions().commitAll();
      return operation.run(volume);
    }
  }

  /** What the kernel does with {@code errors=}: damage stops a mount that writes. */
  private void noteFailure(Ext4Exception failure, boolean changing) {
    boolean damaged = failure instanceof Ext4CorruptedException;
    boolean broken = damaged || failure.errno() == Errno.EIO;
    if (!broken || !volume.isWritable()) {
      return;
    }
    boolean cautious = volume.options().errors() == ErrorsPolicy.REMOUNT_READ_ONLY;
    if (changing || (damaged && cautious)) {
      stop(failure);
    }
  }

  /** Turns the mount read-only, and says so on the disk. */
  private void stop(Throwable cause) {
    if (volume.hasWriting() && !volume.writing().transactions().isAborted()) {
      volume.writing().transactions().abort(cause);
      damage.record(cause);
      thawed.signalAll();
    }
  }

  private void finishOperation() {
    volume.inodes().shrink();
    if (volume.isWritable()) {
      try {
        volume.writing().transactions().poll();
      } catch (Ext4Exception failure) {
        // The operation has succeeded; that a commit did not, its fsync and all later ones say.
        stop(failure);
      }
    }
  }

  /** What {@link Ext4#freeze} does. */
  void freeze() throws Ext4Exception {
    change(
        rooms -> {
          if (rooms.isFrozen()) {
            throw new Ext4Exception(Errno.EBUSY, "filesystem", "it is frozen already");
          }
          rooms.checkWritable();
          Unmounting.freeze(rooms);
        });
  }

  /** What {@link Ext4#thaw} does. */
  void thaw() throws Ext4Exception {
    change(
        rooms -> {
          if (!rooms.isFrozen()) {
            throw new Ext4Exception(Errno.EINVAL, "filesystem", "it is not frozen");
          }
          try {
            Unmounting.thaw(rooms);
          } finally {
            thawed.signalAll();
          }
        });
  }

  /** What {@link Ext4#shutdown} does. */
  void shutdown(ShutdownMode mode) throws Ext4Exception {
    change(
        rooms -> {
          if (rooms.isWritable()) {
            switch (mode) {
              case DEFAULT -> rooms.content().syncAll();
              case FLUSH_LOG -> rooms.writing().transactions().commitAll();
              case NO_LOG_FLUSH -> {}
            }
            rooms.writing().transactions().stop();
          }
          shutdown = true;
          thawed.signalAll();
        });
  }

  boolean isMounted() {
    lock.lock();
    try {
      return mounted;
    } finally {
      lock.unlock();
    }
  }

  /** Unmounts as {@link Ext4#close} does; false when it was unmounted before. */
  boolean end() throws Ext4Exception {
    lock.lock();
    try {
      if (!mounted) {
        return false;
      }
      try {
        if (volume.hasWriting()) {
          Unmounting.unmount(volume);
        }
      } finally {
        mounted = false;
        thawed.signalAll();
        volume.close();
      }
      return true;
    } finally {
      lock.unlock();
    }
  }
}
