package dev.ringside.ext4.content;

import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.InodeFlag;
import dev.ringside.ext4.journal.Handle;
import dev.ringside.ext4.mapping.IoMap;
import java.util.EnumSet;
import java.util.Set;

/**
 * What fallocate(2) does: ranges are allocated, become holes or zeros, are cut out or moved in.
 * Arguments are checked in the order in which Linux does, so that the same errno comes back.
 */
final class RangeChange {
  /** Linux punches up to the end of the page that the end of the file lies in. */
  private static final int PAGE = 4096;

  private static final long END_OF_BLOCKS = 1L << Integer.SIZE;

  private static final Set<Set<AllocateMode>> POSSIBLE =
      Set.of(
          Set.of(),
          Set.of(AllocateMode.KEEP_SIZE),
          Set.of(AllocateMode.PUNCH_HOLE, AllocateMode.KEEP_SIZE),
          Set.of(AllocateMode.ZERO_RANGE),
          Set.of(AllocateMode.ZERO_RANGE, AllocateMode.KEEP_SIZE),
          Set.of(AllocateMode.COLLAPSE_RANGE),
          Set.of(AllocateMode.INSERT_RANGE));

  private final Volume volume;
  private final Writeback writeback;
  private final Truncation truncation;
  private final FileSizes sizes;
  private final FileTimes times;
  private final int blockSize;

  RangeChange(Volume volume, Writeback writeback, Truncation truncation, FileSizes sizes) {
    this.volume = volume;
    this.writeback = writeback;
    this.truncation = truncation;
    this.sizes = sizes;
    this.times = new FileTimes(volume);
    this.blockSize = volume.blockSize();
  }

  /** Does what the modes say. */
  void change(
      ContentFile file, Set<AllocateMode> modes, long offset, long length, WriteAccess access)
      throws Ext4Exception {
    ContentChanges changes = volume.writable();
    checkArguments(modes, offset, length);
    if (length > sizes.largest() - offset) {
      throw failure(Errno.EFBIG, file);
    }
    try {
      changeOrCommit(changes, file, modes, offset, length, access);
    } catch (Ext4Exception refused) {
      touch(changes, file, access, refused);
      throw refused;
    }
    writeback.balance();
  }

  private void changeOrCommit(
      ContentChanges changes,
      ContentFile file,
      Set<AllocateMode> modes,
      long offset,
      long length,
      WriteAccess access)
      throws Ext4Exception {
    if (!modes.contains(AllocateMode.PUNCH_HOLE) && !file.inode().inode().has(InodeFlag.EXTENTS)) {
      throw failure(Errno.EOPNOTSUPP, file);
    }
    boolean moves =
        modes.contains(AllocateMode.COLLAPSE_RANGE) || modes.contains(AllocateMode.INSERT_RANGE);
    if (moves) {
      checkMove(file, modes, offset, length);
      // What moves is not in the cache, and what is dirty has to go to its present place.
      writeback.writeAll(file);
      truncation.drop(file, offset / blockSize, END_OF_BLOCKS);
    }
    try {
      changeOnce(changes, file, modes, offset, length, access);
    } catch (Ext4Exception failure) {
      if (failure.errno() != Errno.ENOSPC || moves || !changes.allocator().isCommitWorthwhile()) {
        throw failure;
      }
      // Space that was freed lately can be had after a commit; what was done is found done.
      changes.transactions().commitAll();
      changeOnce(changes, file, modes, offset, length, access);
    }
  }

  /** Linux marks a file as modified before it looks whether the range can be changed. */
  private void touch(
      ContentChanges changes, ContentFile file, WriteAccess access, Ext4Exception refused) {
    try (Handle handle = changes.transactions().start(Credits.INODE, access.mayUseReserve())) {
      times.modified(handle, file, access);
    } catch (Ext4Exception alsoFailed) {
      refused.addSuppressed(alsoFailed);
    }
  }

  private void changeOnce(
      ContentChanges changes,
      ContentFile file,
      Set<AllocateMode> modes,
      long offset,
      long length,
      WriteAccess access)
      throws Ext4Exception {
    try (Handle handle =
        changes.transactions().start(Credits.change(file), access.mayUseReserve())) {
      Set<AllocateMode> kinds = EnumSet.noneOf(AllocateMode.class);
      kinds.addAll(modes);
      boolean keep = kinds.remove(AllocateMode.KEEP_SIZE);
      if (kinds.isEmpty()) {
        fillHoles(handle, file, offset, offset + length, keep);
      }
      for (AllocateMode kind : kinds) {
        switch (kind) {
          case PUNCH_HOLE -> punch(handle, file, offset, length);
          case ZERO_RANGE -> zero(handle, file, offset, length, keep);
          case COLLAPSE_RANGE -> collapse(handle, file, offset, length);
          case INSERT_RANGE -> insert(handle, file, offset, length);
          case KEEP_SIZE -> {}
        }
      }
      times.modified(handle, file, access);
    }
  }

  /** What no file allows. */
  static void checkArguments(Set<AllocateMode> modes, long offset, long length)
      throws Ext4Exception {
    if (offset < 0 || length <= 0) {
      throw new Ext4Exception(Errno.EINVAL, "%d bytes at %d".formatted(length, offset));
    }
    if (!POSSIBLE.contains(modes)) {
      throw new Ext4Exception(Errno.EOPNOTSUPP, modes.toString());
    }
  }

  private void checkMove(ContentFile file, Set<AllocateMode> modes, long offset, long length)
      throws Ext4Exception {
    if (offset % blockSize != 0 || length % blockSize != 0) {
      throw failure(Errno.EINVAL, file);
    }
    if (modes.contains(AllocateMode.COLLAPSE_RANGE)) {
      if (offset + length >= file.size()) {
        throw failure(Errno.EINVAL, file);
      }
    } else {
      if (length > sizes.largest() - file.size()) {
        throw failure(Errno.EFBIG, file);
      }
      if (offset >= file.size()) {
        throw failure(Errno.EINVAL, file);
      }
    }
  }

  private static Ext4Exception failure(Errno errno, ContentFile file) {
    return new Ext4Exception(errno, "inode " + file.number());
  }

  /**
   * Allocates unwritten blocks where there are none. A file that does not keep its size grows with
   * them, so that on a full disk it ends where they end.
   */
  private void fillHoles(Handle handle, ContentFile file, long offset, long end, boolean keep)
      throws Ext4Exception {
    long next = offset / blockSize;
    long behind = volume.blocksFor(end);
    while (next < behind) {
      IoMap run = file.mapping().map(next).upTo(behind);
      if (run instanceof IoMap.Hole hole) {
        handle.ensureCredits(Credits.change(file));
        run = file.mapping().allocate(handle, hole.first(), hole.count(), true);
        file.changedData(handle);
      }
      next = run.end();
      long reached = Math.min(end, next * blockSize);
      if (!keep && reached > file.size()) {
        sizes.zeroTail(handle, file, file.size());
        sizes.set(handle, file, reached);
      }
    }
  }

  private void punch(Handle handle, ContentFile file, long offset, long length)
      throws Ext4Exception {
    if (offset >= file.size()) {
      return;
    }
    long most = Math.ceilDiv(file.size(), (long) PAGE) * PAGE;
    long end = Math.min(offset + length, Math.max(most, volume.blocksFor(file.size()) * blockSize));
    zeroEdges(handle, file, offset, end);
    long first = Math.ceilDiv(offset, (long) blockSize);
    long behind = end / blockSize;
    if (first < behind) {
      truncation.drop(file, first, behind);
      truncation.remove(handle, file, first, behind - first);
      file.changedData(handle);
    }
  }

  private void zero(Handle handle, ContentFile file, long offset, long length, boolean keep)
      throws Ext4Exception {
    long end = offset + length;
    fillHoles(handle, file, offset, end, keep);
    zeroEdges(handle, file, offset, end);
    long first = Math.ceilDiv(offset, (long) blockSize);
    long behind = end / blockSize;
    if (first < behind) {
      truncation.drop(file, first, behind);
      file.mapping().markUnwritten(handle, first, behind - first);
      file.changedData(handle);
    }
  }

  /** Makes zeros of what a range covers of blocks that it does not cover wholly. */
  private void zeroEdges(Handle handle, ContentFile file, long offset, long end)
      throws Ext4Exception {
    long head = Math.min(end, Math.ceilDiv(offset, (long) blockSize) * blockSize);
    if (offset < head) {
      sizes.zeroInBlock(handle, file, offset, (int) (head - offset));
    }
    long tail = Math.max(head, end - end % blockSize);
    if (tail < end) {
      sizes.zeroInBlock(handle, file, tail, (int) (end - tail));
    }
  }

  private void collapse(Handle handle, ContentFile file, long offset, long length)
      throws Ext4Exception {
    long first = offset / blockSize;
    long count = length / blockSize;
    truncation.remove(handle, file, first, count);
    file.mapping().shift(handle, first + count, -count);
    sizes.set(handle, file, file.size() - length);
  }

  private void insert(Handle handle, ContentFile file, long offset, long length)
      throws Ext4Exception {
    sizes.set(handle, file, file.size() + length);
    file.mapping().shift(handle, offset / blockSize, length / blockSize);
  }
}
