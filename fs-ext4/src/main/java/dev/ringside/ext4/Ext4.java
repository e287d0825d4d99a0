package dev.ringside.ext4;

import dev.ringside.driver.BlockDevice;
import dev.ringside.ext4.PathResolver.LastLink;
import dev.ringside.ext4.alloc.GroupTable;
import dev.ringside.ext4.cache.DiskReader;
import dev.ringside.ext4.cache.MetadataCache;
import dev.ringside.ext4.content.ContentOptions;
import dev.ringside.ext4.content.FileContent;
import dev.ringside.ext4.dir.Directory;
import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4CorruptedException;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.error.Ext4UnsupportedException;
import dev.ringside.ext4.format.ByteString;
import dev.ringside.ext4.format.Feature;
import dev.ringside.ext4.format.FileType;
import dev.ringside.ext4.format.Inode;
import dev.ringside.ext4.format.Superblock;
import dev.ringside.ext4.inode.InCoreInode;
import dev.ringside.ext4.inode.InodeCache;
import dev.ringside.ext4.inode.InodeTable;
import dev.ringside.ext4.journal.RecoveredBlocks;
import dev.ringside.ext4.mapping.FileMapping;
import dev.ringside.ext4.mapping.IoMap;
import dev.ringside.machine.FrameAllocator;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A mounted filesystem: ext2, ext3 or ext4, for reading.
 *
 * <pre>{@code
 * try (Ext4 ext4 = Ext4.mount(device)) {
 *   FileStat stat = ext4.stat(Ext4Path.of("/etc/fstab"));
 *   Ext4File file = ext4.open(Ext4Path.of("/etc/fstab"));
 *   file.read(0, buffer, 0, buffer.length);
 * }
 * }</pre>
 *
 * <p>Every operation fails with an {@link Ext4Exception}: with {@link Ext4CorruptedException} when
 * it meets damage, and otherwise with the errno that its system call would have. Several threads
 * may use one object; one operation runs at a time, because the device takes one task at a time.
 * Memory, on the heap and in the guest, is bounded whatever the image holds.
 */
public final class Ext4 implements AutoCloseable {
  private static final int CACHED_FILES = 1024;

  private final ReentrantLock lock = new ReentrantLock();
  private final Superblock superblock;
  private final MetadataCache cache;
  private final FileContent content;
  private final InodeCache files;
  private final InodeTable inodes;
  private final PathResolver resolver;
  private final Optional<RecoveredBlocks> recovered;
  private boolean mounted = true;

  private Ext4(
      BlockDevice device,
      DiskReader reader,
      Superblock superblock,
      MountOptions options,
      Optional<RecoveredBlocks> recovered) {
    this.superblock = superblock;
    this.recovered = recovered;
    int blockSize = superblock.blockSize();
    this.cache = new MetadataCache(device, reader, blockSize, options.metadataCacheBytes());
    this.inodes = new InodeTable(superblock, new GroupTable(superblock, cache), cache);
    this.files = new InodeCache(inodes, CACHED_FILES);
    ContentOptions contentOptions =
        ContentOptions.DEFAULT.withPageCacheBytes(options.pageCacheBytes());
    this.content = FileContent.of(device, reader, superblock, cache, contentOptions, null);
    this.resolver = new PathResolver(superblock, cache, inodes, content);
  }

  /** Mounts with {@link MountOptions#DEFAULT}. */
  public static Ext4 mount(BlockDevice device) throws Ext4Exception {
    return mount(device, MountOptions.DEFAULT);
  }

  /**
   * Mounts the filesystem of a disk. One that was not unmounted is shown as its journal leaves it,
   * and nothing is written: blocks that the log has newer are read from there. The device stays the
   * caller's; it is used by nobody else until {@link #close}.
   *
   * @throws Ext4CorruptedException when the disk holds no sound filesystem
   * @throws Ext4UnsupportedException when it has a feature that cannot be read; the message names
   *     it
   */
  public static Ext4 mount(BlockDevice device, MountOptions options) throws Ext4Exception {
    DiskReader reader = new DiskReader(device);
    Superblock superblock = readSuperblock(device, reader);
    checkFits(device, superblock);
    Optional<RecoveredBlocks> recovered = Optional.empty();
    if (superblock.features().has(Feature.RECOVER)) {
      recovered = Optional.of(LogOfImage.read(device, reader, superblock));
      reader.use(recovered.get(), superblock.blockSize());
      // The log may hold a newer one, whose geometry is not the same after a resize.
      superblock = readSuperblock(device, reader);
      checkFits(device, superblock);
    }
    Ext4 ext4 = new Ext4(device, reader, superblock, options, recovered);
    try {
      ext4.checkRoot();
      return ext4;
    } catch (Ext4Exception unsound) {
      ext4.close();
      throw unsound;
    }
  }

  private static Superblock readSuperblock(BlockDevice device, DiskReader reader)
      throws Ext4Exception {
    FrameAllocator frames = device.frames();
    long address = frames.allocate(Superblock.SIZE);
    try {
      reader.read(Superblock.DISK_OFFSET, address, Superblock.SIZE);
      return Superblock.parse(device.memory().slice(address, Superblock.SIZE));
    } finally {
      frames.free(address, Superblock.SIZE);
    }
  }

  private static void checkFits(BlockDevice device, Superblock superblock)
      throws Ext4CorruptedException {
    long diskBlocks = device.limits().bytes() / superblock.blockSize();
    if (superblock.blocks() > diskBlocks) {
      throw new Ext4CorruptedException(
          "superblock",
          "%d blocks of %d bytes, but the disk has only %d; is the image cut off?"
              .formatted(superblock.blocks(), superblock.blockSize(), diskBlocks));
    }
  }

  private void checkRoot() throws Ext4Exception {
    if (inodes.read(Superblock.ROOT_INODE).type() != FileType.DIRECTORY) {
      throw new Ext4CorruptedException("inode 2", "the root is not a directory");
    }
  }

  /** What the log of a filesystem that was not unmounted holds; empty for one that was. */
  public Optional<RecoveredBlocks> recovered() {
    return recovered;
  }

  /** What the filesystem says about itself. */
  public Superblock superblock() {
    return superblock;
  }

  /** What is known about a file; a symbolic link at the end is followed. */
  public FileStat stat(Ext4Path path) throws Ext4Exception {
    return FileStat.of(resolve(path, LastLink.FOLLOW));
  }

  /** What is known about a file, which may be a symbolic link. */
  public FileStat lstat(Ext4Path path) throws Ext4Exception {
    return FileStat.of(resolve(path, LastLink.KEEP));
  }

  /** What is known about the file that a directory entry leads to. */
  public FileStat stat(long inode) throws Ext4Exception {
    return FileStat.of(readInode(inode));
  }

  private Inode readInode(long number) throws Ext4Exception {
    lock();
    try {
      return inodes.read(number);
    } finally {
      lock.unlock();
    }
  }

  private Inode resolve(Ext4Path path, LastLink lastLink) throws Ext4Exception {
    lock();
    try {
      return resolver.resolve(path, lastLink);
    } finally {
      lock.unlock();
    }
  }

  /** Where a symbolic link points to. */
  public ByteString readlink(Ext4Path path) throws Ext4Exception {
    return readlink(resolve(path, LastLink.KEEP), path.toString());
  }

  /** Where a symbolic link that a directory entry leads to points to. */
  public ByteString readlink(long inode) throws Ext4Exception {
    return readlink(readInode(inode), "inode " + inode);
  }

  private ByteString readlink(Inode inode, String place) throws Ext4Exception {
    if (inode.type() != FileType.SYMLINK) {
      throw new Ext4Exception(Errno.EINVAL, place, "not a symbolic link");
    }
    lock();
    try {
      return content.readLink(inode);
    } finally {
      lock.unlock();
    }
  }

  /** Opens a directory for listing. */
  public Ext4Directory openDirectory(Ext4Path path) throws Ext4Exception {
    return openDirectory(resolve(path, LastLink.FOLLOW), path.toString());
  }

  /** Opens the directory that a directory entry leads to. */
  public Ext4Directory openDirectory(long inode) throws Ext4Exception {
    return openDirectory(readInode(inode), "inode " + inode);
  }

  private Ext4Directory openDirectory(Inode inode, String place) throws Ext4Exception {
    if (inode.type() != FileType.DIRECTORY) {
      throw new Ext4Exception(Errno.ENOTDIR, place);
    }
    return new Ext4Directory(this, Directory.of(inode, superblock, cache).cursor());
  }

  /** Opens a regular file for reading. */
  public Ext4File open(Ext4Path path) throws Ext4Exception {
    return open(resolve(path, LastLink.FOLLOW), path.toString());
  }

  /** Opens the regular file that a directory entry leads to. */
  public Ext4File open(long inode) throws Ext4Exception {
    return open(readInode(inode), "inode " + inode);
  }

  private Ext4File open(Inode inode, String place) throws Ext4Exception {
    return switch (inode.type()) {
      case REGULAR -> new Ext4File(this, cached(inode), FileMapping.of(inode, superblock, cache));
      case DIRECTORY -> throw new Ext4Exception(Errno.EISDIR, place);
      case FIFO, CHARACTER_DEVICE, BLOCK_DEVICE, SYMLINK, SOCKET ->
          throw new Ext4Exception(Errno.EINVAL, place, "not a regular file");
    };
  }

  private InCoreInode cached(Inode inode) throws Ext4Exception {
    lock();
    try {
      return files.get(inode.number());
    } finally {
      lock.unlock();
    }
  }

  /** How the content of a file or directory is mapped: its extents, and the depth of their tree. */
  public MappingSummary mapping(long inode) throws Ext4Exception {
    Inode file = readInode(inode);
    boolean mapped =
        switch (file.type()) {
          case REGULAR, DIRECTORY -> true;
          case SYMLINK -> !file.isFastSymlink();
          case FIFO, CHARACTER_DEVICE, BLOCK_DEVICE, SOCKET -> false;
        };
    return mapped
        ? MappingSummary.of(this, inode, FileMapping.of(file, superblock, cache), blocksOf(file))
        : MappingSummary.NONE;
  }

  private long blocksOf(Inode inode) {
    return Math.ceilDiv(inode.size(), (long) superblock.blockSize());
  }

  IoMap map(FileMapping mapping, long fileBlock) throws Ext4Exception {
    lock();
    try {
      return mapping.map(fileBlock);
    } finally {
      lock.unlock();
    }
  }

  int read(InCoreInode file, long position, byte[] target, int offset, int length)
      throws Ext4Exception {
    lock();
    try {
      return content.read(file, position, target, offset, length);
    } finally {
      lock.unlock();
    }
  }

  /** Takes the lock; the caller unlocks. */
  void lock() throws Ext4Exception {
    lock.lock();
    if (!mounted) {
      lock.unlock();
      throw new Ext4Exception(Errno.EBADF, "filesystem", "it was unmounted");
    }
  }

  void unlock() {
    lock.unlock();
  }

  /** How the cache of metadata blocks did since the mount. */
  public CacheStats cacheStats() {
    lock.lock();
    try {
      return new CacheStats(cache.hits(), cache.misses(), cache.capacity());
    } finally {
      lock.unlock();
    }
  }

  /** Unmounts: gives the guest memory back. What was opened fails from now on. */
  @Override
  public void close() {
    lock.lock();
    try {
      if (mounted) {
        mounted = false;
        content.close();
        cache.close();
      }
    } finally {
      lock.unlock();
    }
  }
}
