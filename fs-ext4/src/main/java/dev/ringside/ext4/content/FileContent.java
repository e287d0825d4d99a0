package dev.ringside.ext4.content;

import dev.ringside.driver.BlockDevice;
import dev.ringside.ext4.cache.DiskReader;
import dev.ringside.ext4.cache.MetadataCache;
import dev.ringside.ext4.cache.PageCache;
import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.ByteString;
import dev.ringside.ext4.format.Feature;
import dev.ringside.ext4.format.FileType;
import dev.ringside.ext4.format.Inode;
import dev.ringside.ext4.format.Superblock;
import dev.ringside.ext4.inode.InCoreInode;
import dev.ringside.ext4.journal.Handle;
import dev.ringside.ext4.mapping.FileMapping;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The content of the files of one mounted filesystem.
 *
 * <p>Operations take the inode of a regular file and fail with the errno of their system calls.
 * They begin their own handles, so none may be open, except where one is a parameter. One operation
 * runs at a time.
 */
public final class FileContent implements AutoCloseable {
  private final Volume volume;
  private final Writeback writeback;
  private final Readahead ahead;
  private final FileReader reader;
  private final FileWriter writer;
  private final Truncation truncation;
  private final RangeChange ranges;
  private final FileLayout layout;
  private final Syncing syncing;
  private final FileTimes times;
  private final LinkTargets links;

  private FileContent(Volume volume) {
    this.volume = volume;
    this.writeback = new Writeback(volume.pages(), volume.reader().io(), volume.blockSize());
    JournaledData journaled = new JournaledData(volume);
    FolioFiller filler = new FolioFiller(volume, writeback, journaled);
    this.ahead = filler.ahead();
    FileSizes sizes = new FileSizes(volume, filler, writeback, journaled);
    this.reader = new FileReader(volume, filler);
    this.writer = new FileWriter(volume, filler, writeback, journaled, sizes);
    this.truncation = new Truncation(volume, writeback, journaled, sizes);
    this.ranges = new RangeChange(volume, writeback, truncation, sizes);
    this.layout = new FileLayout(volume);
    this.syncing = new Syncing(volume, writeback);
    this.times = new FileTimes(volume);
    this.links = new LinkTargets(volume);
  }

  /**
   * Content of a filesystem.
   *
   * @param reader the mount's way to the disk, which may know of newer copies in a log
   * @param changes what writing needs, or null when nothing can be written
   */
  public static FileContent of(
      BlockDevice device,
      DiskReader reader,
      Superblock superblock,
      MetadataCache metadata,
      ContentOptions options,
      @Nullable ContentChanges changes) {
    PageCache pages = new PageCache(device, superblock.blockSize(), options.pageCacheBytes());
    return new FileContent(new Volume(superblock, metadata, pages, reader, options, changes));
  }

  /**
   * Reads a range: read(2), with the access time that comes with it.
   *
   * @return how many bytes were read; 0 at the end of the file or behind it
   */
  public int read(InCoreInode file, long position, byte[] target, int offset, int length)
      throws Ext4Exception {
    Objects.checkFromIndexSize(offset, length, target.length);
    return read(file, position, MemorySegment.ofArray(target), offset, length);
  }

  /** Reads a range; parameters and failures as for the other one. */
  public int read(InCoreInode file, long position, MemorySegment target, long offset, int length)
      throws Ext4Exception {
    ContentFile content = volume.file(file);
    int count = reader.read(content, position, target, offset, length);
    if (length > 0) {
      times.accessed(content);
    }
    return count;
  }

  /**
   * Writes a range: pwrite(2).
   *
   * @return how many bytes were written: all, or fewer when the disk is full
   * @throws Ext4Exception with {@link Errno#ENOSPC} when not one could be, and with {@link
   *     Errno#EFBIG} behind the largest length of a file
   */
  public int write(
      InCoreInode file, long position, byte[] source, int offset, int length, WriteAccess access)
      throws Ext4Exception {
    Objects.checkFromIndexSize(offset, length, source.length);
    return write(file, position, MemorySegment.ofArray(source), offset, length, access);
  }

  /** Writes a range; parameters and failures as for the other one. */
  public int write(
      InCoreInode file,
      long position,
      MemorySegment source,
      long offset,
      int length,
      WriteAccess access)
      throws Ext4Exception {
    return writer.write(settled(file), position, source, offset, length, access);
  }

  /** Writes at the end of a file: write(2) with {@code O_APPEND}. */
  public int append(InCoreInode file, byte[] source, int offset, int length, WriteAccess access)
      throws Ext4Exception {
    return write(file, file.inode().size(), source, offset, length, access);
  }

  /**
   * Sets the length: truncate(2).
   *
   * @throws Ext4Exception with {@link Errno#EINVAL} when it is negative, with {@link Errno#EFBIG}
   *     when it is more than a file can have
   */
  public void truncate(InCoreInode file, long size, WriteAccess access) throws Ext4Exception {
    truncation.truncate(settled(file), size, access);
  }

  /**
   * Checks what fallocate(2) looks at before it looks at the file.
   *
   * @throws Ext4Exception with {@link Errno#EINVAL} for a range that none is, and with {@link
   *     Errno#EOPNOTSUPP} for modes that do not go together
   */
  public static void checkRange(Set<AllocateMode> modes, long offset, long length)
      throws Ext4Exception {
    RangeChange.checkArguments(modes, offset, length);
  }

  /**
   * Allocates, frees or moves a range: fallocate(2).
   *
   * @throws Ext4Exception with {@link Errno#EOPNOTSUPP} for modes that do not go together, or that
   *     a block map does not have
   */
  public void allocate(
      InCoreInode file, Set<AllocateMode> modes, long offset, long length, WriteAccess access)
      throws Ext4Exception {
    ranges.change(settled(file), modes, offset, length, access);
  }

  /**
   * The largest position that lseek(2) goes to: where the largest file of its kind ends. In a
   * directory with an index a position is a hash, which has no such end.
   */
  public long largestPosition(InCoreInode file) {
    boolean hashes =
        file.inode().type() == FileType.DIRECTORY
            && volume.superblock().features().has(Feature.DIR_INDEX);
    return hashes ? Long.MAX_VALUE : FileMapping.maxBytes(file.inode(), volume.superblock());
  }

  /**
   * The first content at or behind an offset: lseek(2) with {@code SEEK_DATA}.
   *
   * @throws Ext4Exception with {@link Errno#ENXIO} when there is none
   */
  public long seekData(InCoreInode file, long offset) throws Ext4Exception {
    return layout.seekData(volume.file(file), offset);
  }

  /**
   * The first hole at or behind an offset, which may be the end of the file: lseek(2) with {@code
   * SEEK_HOLE}.
   *
   * @throws Ext4Exception with {@link Errno#ENXIO} behind the end
   */
  public long seekHole(InCoreInode file, long offset) throws Ext4Exception {
    return layout.seekHole(volume.file(file), offset);
  }

  /**
   * Where a file lies on the disk, as FIEMAP tells it, what is behind its end too.
   *
   * @param sync whether dirty content is written first
   */
  public List<FileExtent> extents(InCoreInode file, boolean sync) throws Ext4Exception {
    ContentFile content = volume.file(file);
    if (sync) {
      writeback.writeAll(content);
    }
    return layout.extents(content);
  }

  /**
   * Returns when a file's content and inode cannot be lost any more: fsync(2).
   *
   * @throws Ext4Exception with {@link Errno#EIO} when content could not be written since the last
   *     time
   */
  public void sync(InCoreInode file) throws Ext4Exception {
    syncing.sync(volume.file(file), false);
  }

  /** Returns when a file's content can be found after a crash: fdatasync(2). */
  public void dataSync(InCoreInode file) throws Ext4Exception {
    syncing.sync(volume.file(file), true);
  }

  /** Returns when nothing can be lost any more: sync(2). */
  public void syncAll() throws Ext4Exception {
    syncing.syncAll();
  }

  /**
   * Frees all blocks of a file that has no name any more, and forgets what is cached of it, written
   * or not. It is on the list of orphans, because blocks may go in several transactions.
   *
   * @param handle of a regular file's or a symbolic link's deletion
   */
  public void release(Handle handle, InCoreInode file) throws Ext4Exception {
    switch (file.inode().type()) {
      case REGULAR -> truncation.release(handle, settled(file));
      case SYMLINK -> links.release(handle, file);
      case DIRECTORY, FIFO, CHARACTER_DEVICE, BLOCK_DEVICE, SOCKET -> {}
    }
  }

  /**
   * Finishes a truncation that a crash has interrupted: frees what lies behind the end of a regular
   * file that is on the list of orphans and has a name.
   */
  public void finishTruncation(Handle handle, InCoreInode file) throws Ext4Exception {
    truncation.finish(handle, settled(file));
  }

  /**
   * Where a symbolic link points to.
   *
   * @param link an inode of type symlink
   */
  public ByteString readLink(Inode link) throws Ext4Exception {
    return links.read(link);
  }

  /**
   * Sets target and length of a new symbolic link.
   *
   * @param link its {@code i_block} is an empty mapping if the target has 60 bytes or more
   * @param target 1 byte to one less than a block
   */
  public void writeLink(Handle handle, InCoreInode link, ByteString target) throws Ext4Exception {
    links.write(handle, link, target);
  }

  /**
   * Moves on what goes on in the background, and waits for nothing: begins to write what has been
   * dirty for half a minute.
   */
  public void poll() throws Ext4Exception {
    writeback.poll();
  }

  /** A file that is about to change: nothing of it is being read ahead. */
  private ContentFile settled(InCoreInode file) throws Ext4Exception {
    ContentFile content = volume.file(file);
    ahead.settle(content);
    return content;
  }

  /** Gives the memory back; what was not synced is lost. */
  @Override
  public void close() {
    ahead.settle();
    writeback.abandon();
    volume.pages().close();
  }
}
