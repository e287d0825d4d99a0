package dev.ringside.ext4;

import dev.ringside.driver.BlockDevice;
import dev.ringside.ext4.access.Credentials;
import dev.ringside.ext4.cache.MetadataCache;
import dev.ringside.ext4.dir.DirectoryCursor;
import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4CorruptedException;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.error.Ext4UnsupportedException;
import dev.ringside.ext4.format.ByteString;
import dev.ringside.ext4.format.FileType;
import dev.ringside.ext4.format.Inode;
import dev.ringside.ext4.format.Superblock;
import dev.ringside.ext4.inode.InCoreInode;
import dev.ringside.ext4.journal.RecoveredBlocks;
import dev.ringside.ext4.mapping.FileMapping;
import dev.ringside.ext4.mapping.IoMap;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A mounted filesystem: ext2, ext3 or ext4.
 *
 * <pre>{@code
 * try (Ext4 ext4 = Ext4.mount(device)) {
 *   FileStat stat = ext4.stat(Ext4Path.of("/etc/fstab"));
 *   Ext4File file = ext4.open(Ext4Path.of("/etc/fstab"));
 *   file.read(0, buffer, 0, buffer.length);
 * }
 * }</pre>
 *
 * <p>What is here sees everything, as the superuser does, and changes nothing but access times;
 * {@link #session} has the system calls, with permissions. Every operation fails with an {@link
 * Ext4Exception}: with {@link Ext4CorruptedException} when it meets damage, and otherwise with the
 * errno that its system call would have. Several threads may use one object; one operation runs at
 * a time, because the device takes one task at a time. Memory, on the heap and in the guest, is
 * bounded whatever the image holds.
 */
public final class Ext4 implements AutoCloseable {
  private final ReentrantLock lock = new ReentrantLock();
  private final Volume volume;
  private final Operations operations;
  private final DamageRecord damage;
  private final Optional<RecoveredBlocks> recovered;
  private final SuperblockHome.State superblockFound;
  private final Optional<Background> background;
  private boolean mounted = true;
  private boolean shutdown;

  private Ext4(BlockDevice device, Mounting.Mounted mounting, MountOptions options) {
    this.volume = mounting.volume();
    this.recovered = mounting.recovered();
    this.superblockFound = mounting.superblock();
    this.operations = new Operations(volume);
    this.damage = new DamageRecord(device, options.time());
    this.background =
        volume.hasWriting()
            ? options.background().map(scheduler -> Background.start(scheduler, this, options))
            : Optional.empty();
  }

  /** Mounts with {@link MountOptions#DEFAULT}. */
  public static Ext4 mount(BlockDevice device) throws Ext4Exception {
    return mount(device, MountOptions.DEFAULT);
  }

  /**
   * Mounts the filesystem of a disk. The device stays the caller's; it is used by nobody else until
   * {@link #close}.
   *
   * <p>One that was not unmounted and is mounted for reading is shown as its journal leaves it, and
   * nothing is written: blocks that the log has newer are read from there. One that is mounted for
   * writing is recovered first, and what the crash left half deleted is deleted.
   *
   * @throws Ext4CorruptedException when the disk holds no sound filesystem
   * @throws Ext4UnsupportedException when it has a feature that cannot be read, or written; the
   *     message names it
   */
  public static Ext4 mount(BlockDevice device, MountOptions options) throws Ext4Exception {
    return new Ext4(device, Mounting.mount(device, options), options);
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
      lock.unlock();
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

  /** As {@link #change}, but does nothing after the unmount. */
  void runUnlessUnmounted(Change operation) throws Ext4Exception {
    lock.lock();
    try {
      if (mounted && !shutdown && !volume.isStopped()) {
        change(operation);
      }
    } finally {
      lock.unlock();
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

  /** What the log of a filesystem that was not unmounted held; empty for one that was. */
  public Optional<RecoveredBlocks> recovered() {
    return recovered;
  }

  /**
   * Whether a crash had torn the superblock in two, so that its checksum was wrong. It was made
   * whole: on the disk, too, if it is mounted for writing.
   */
  public boolean wasSuperblockTorn() {
    return superblockFound != SuperblockHome.State.WHOLE;
  }

  /** What the filesystem says about itself. */
  public Superblock superblock() {
    return volume.superblock();
  }

  Operations operations() {
    return operations;
  }

  /** The system calls on behalf of a user. */
  public Session session(Credentials credentials) {
    return new Session(this, credentials);
  }

  /** What is known about a file; a symbolic link at the end is followed. */
  public FileStat stat(Ext4Path path) throws Ext4Exception {
    return run(_ -> FileStat.of(resolve(path, LinkPolicy.FOLLOW).inode()));
  }

  /** What is known about a file, which may be a symbolic link. */
  public FileStat lstat(Ext4Path path) throws Ext4Exception {
    return run(_ -> FileStat.of(resolve(path, LinkPolicy.KEEP).inode()));
  }

  /** What is known about the file that a directory entry leads to. */
  public FileStat stat(long inode) throws Ext4Exception {
    return run(_ -> FileStat.of(volume.inodes().get(inode).inode()));
  }

  private InCoreInode resolve(Ext4Path path, LinkPolicy links) throws Ext4Exception {
    return volume.walk().resolve(path, links, Credentials.ROOT);
  }

  /** Where a symbolic link points to. */
  public ByteString readlink(Ext4Path path) throws Ext4Exception {
    return run(_ -> readlink(resolve(path, LinkPolicy.KEEP), path));
  }

  /** Where a symbolic link that a directory entry leads to points to. */
  public ByteString readlink(long inode) throws Ext4Exception {
    return run(_ -> readlink(volume.inodes().get(inode), "inode " + inode));
  }

  private ByteString readlink(InCoreInode link, Object place) throws Ext4Exception {
    if (link.inode().type() != FileType.SYMLINK) {
      throw new Ext4Exception(Errno.EINVAL, place.toString(), "not a symbolic link");
    }
    return volume.linkTarget(link);
  }

  /** Opens a directory for listing. */
  public Ext4Directory openDirectory(Ext4Path path) throws Ext4Exception {
    return run(_ -> directory(resolve(path, LinkPolicy.FOLLOW), path));
  }

  /** Opens the directory that a directory entry leads to. */
  public Ext4Directory openDirectory(long inode) throws Ext4Exception {
    return run(_ -> directory(volume.inodes().get(inode), "inode " + inode));
  }

  /** Opens a directory for listing, under the lock. */
  Ext4Directory directory(InCoreInode file, Object place) throws Ext4Exception {
    if (file.inode().type() != FileType.DIRECTORY) {
      throw new Ext4Exception(Errno.ENOTDIR, place.toString());
    }
    DirectoryCursor cursor = volume.directory(file).cursor();
    file.acquire();
    return new Ext4Directory(this, file, cursor);
  }

  /** Opens a regular file for reading. */
  public Ext4File open(Ext4Path path) throws Ext4Exception {
    return run(_ -> open(resolve(path, LinkPolicy.FOLLOW), path));
  }

  /** Opens the regular file that a directory entry leads to. */
  public Ext4File open(long inode) throws Ext4Exception {
    return run(_ -> open(volume.inodes().get(inode), "inode " + inode));
  }

  private Ext4File open(InCoreInode file, Object place) throws Ext4Exception {
    return switch (file.inode().type()) {
      case REGULAR -> new Ext4File(this, file);
      case DIRECTORY -> throw new Ext4Exception(Errno.EISDIR, place.toString());
      case FIFO, CHARACTER_DEVICE, BLOCK_DEVICE, SYMLINK, SOCKET ->
          throw new Ext4Exception(Errno.EINVAL, place.toString(), "not a regular file");
    };
  }

  /** How the content of a file or directory is mapped: its extents, and the depth of their tree. */
  public MappingSummary mapping(long inode) throws Ext4Exception {
    Inode file = run(_ -> volume.inodes().get(inode).inode());
    boolean mapped =
        switch (file.type()) {
          case REGULAR, DIRECTORY -> true;
          case SYMLINK -> !file.isFastSymlink();
          case FIFO, CHARACTER_DEVICE, BLOCK_DEVICE, SOCKET -> false;
        };
    long blocks = Math.ceilDiv(file.size(), (long) superblock().blockSize());
    return mapped
        ? MappingSummary.of(this, inode, run(_ -> readOnlyMapping(file)), blocks)
        : MappingSummary.NONE;
  }

  FileMapping readOnlyMapping(Inode file) throws Ext4Exception {
    return FileMapping.of(file, volume.superblock(), volume.cache());
  }

  IoMap map(FileMapping mapping, long fileBlock) throws Ext4Exception {
    return run(_ -> mapping.map(fileBlock));
  }

  /** Takes the lock; the caller unlocks. */
  private void lock() throws Ext4Exception {
    lock.lock();
    if (!mounted || shutdown) {
      lock.unlock();
      throw shutdown
          ? new Ext4Exception(Errno.EIO, "filesystem", "it was shut down")
          : new Ext4Exception(Errno.EBADF, "filesystem", "it was unmounted");
    }
  }

  /** How the cache of metadata blocks did since the mount. */
  public CacheStats cacheStats() {
    lock.lock();
    try {
      MetadataCache cache = volume.cache();
      return new CacheStats(cache.hits(), cache.misses(), cache.capacity());
    } finally {
      lock.unlock();
    }
  }

  /** Returns when everything that was done cannot be lost any more. */
  public void sync() throws Ext4Exception {
    change(
        rooms -> {
          if (rooms.hasWriting() && rooms.state() == Volume.WriteState.WRITABLE) {
            rooms.content().syncAll();
          }
        });
  }

  /**
   * Writes everything, so that a copy of the disk is a whole filesystem once its journal was
   * recovered, and lets no operation change it until {@link #thaw}: they fail with {@link
   * Errno#EBUSY}, because waiting would need another task.
   */
  public void freeze() throws Ext4Exception {
    change(
        rooms -> {
          rooms.checkWritable();
          Unmounting.freeze(rooms);
          rooms.setState(Volume.WriteState.FROZEN);
        });
  }

  /**
   * Ends a {@link #freeze}.
   *
   * @throws Ext4Exception with {@link Errno#EINVAL} when it is not frozen
   */
  public void thaw() throws Ext4Exception {
    change(
        rooms -> {
          if (rooms.state() != Volume.WriteState.FROZEN) {
            throw new Ext4Exception(Errno.EINVAL, "filesystem", "it is not frozen");
          }
          Unmounting.thaw(rooms);
          rooms.setState(Volume.WriteState.WRITABLE);
        });
  }

  /** Stops, as if the machine had failed: every operation fails with {@link Errno#EIO} after it. */
  public void shutdown(ShutdownMode mode) throws Ext4Exception {
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
        });
  }

  /**
   * Tells the disk of free blocks: fstrim.
   *
   * @param start on the disk, in bytes
   * @param length in bytes
   * @param minLength of a free range that is worth it, in bytes
   * @return how many bytes were discarded
   */
  public long trim(long start, long length, long minLength) throws Ext4Exception {
    return run(_ -> operations.space().trim(start, length, minLength));
  }

  /** Moves on what is due in the background, and waits for nothing. */
  public void poll() throws Ext4Exception {
    change(_ -> {});
  }

  /** Whether it was not unmounted yet. */
  public boolean isMounted() {
    lock.lock();
    try {
      return mounted;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Unmounts: writes everything, and gives the guest memory back whether that succeeds or not. What
   * was opened fails from now on.
   */
  @Override
  public void close() throws Ext4Exception {
    lock.lock();
    try {
      if (!mounted) {
        return;
      }
      try {
        if (volume.hasWriting()) {
          Unmounting.unmount(volume);
        }
      } finally {
        mounted = false;
        volume.close();
      }
    } finally {
      lock.unlock();
    }
    background.ifPresent(Background::end);
  }
}
