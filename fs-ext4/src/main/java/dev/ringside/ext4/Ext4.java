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
  private final Volume volume;
  private final OperationLock lock;
  private final Operations operations;
  private final Optional<RecoveredBlocks> recovered;
  private final SuperblockHome.State superblockFound;
  private final Optional<Background> background;

  private Ext4(BlockDevice device, Mounting.Mounted mounting, MountOptions options) {
    this.volume = mounting.volume();
    this.lock = new OperationLock(volume, new DamageRecord(device, options.time()));
    this.recovered = mounting.recovered();
    this.superblockFound = mounting.superblock();
    this.operations = new Operations(volume);
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

  /** As {@link OperationLock#run}. */
  <T> T run(OperationLock.Operation<T> operation) throws Ext4Exception {
    return lock.run(operation);
  }

  /** As {@link OperationLock#change}. */
  void change(OperationLock.Change operation) throws Ext4Exception {
    lock.change(operation);
  }

  /** As {@link OperationLock#changeUnlessEnded}. */
  void changeUnlessEnded(OperationLock.Change operation) throws Ext4Exception {
    lock.changeUnlessEnded(operation);
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

  /** How the cache of metadata blocks did since the mount. */
  public CacheStats cacheStats() {
    return lock.inspect(
        rooms -> {
          MetadataCache cache = rooms.cache();
          return new CacheStats(cache.hits(), cache.misses(), cache.capacity());
        });
  }

  /** Returns when everything that was done cannot be lost any more. */
  public void sync() throws Ext4Exception {
    change(
        rooms -> {
          if (rooms.hasWriting() && !rooms.isFrozen()) {
            rooms.content().syncAll();
          }
        });
  }

  /**
   * Writes everything, so that a copy of the disk is a whole filesystem, and lets nothing change it
   * until {@link #thaw}. Who only reads goes on; who changes something waits for the thaw, whatever
   * task it is. So the task that froze must thaw before it changes anything, or it waits for
   * itself, as on Linux. A wait ends with {@link Errno#EINTR} when its thread is interrupted, and
   * with the filesystem when that is unmounted or shut down.
   *
   * @throws Ext4Exception with {@link Errno#EBUSY} when it is frozen already
   */
  public void freeze() throws Ext4Exception {
    lock.freeze();
  }

  /**
   * Ends a {@link #freeze}.
   *
   * @throws Ext4Exception with {@link Errno#EINVAL} when it is not frozen
   */
  public void thaw() throws Ext4Exception {
    lock.thaw();
  }

  /** Stops, as if the machine had failed: every operation fails with {@link Errno#EIO} after it. */
  public void shutdown(ShutdownMode mode) throws Ext4Exception {
    lock.shutdown(mode);
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
    return lock.isMounted();
  }

  /**
   * Unmounts: writes everything, and gives the guest memory back whether that succeeds or not. What
   * was opened fails from now on.
   */
  @Override
  public void close() throws Ext4Exception {
    if (lock.end()) {
      background.ifPresent(Background::end);
    }
  }
}
