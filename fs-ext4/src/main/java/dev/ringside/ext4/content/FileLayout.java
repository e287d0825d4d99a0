package dev.ringside.ext4.content;

import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4CorruptedException;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.InodeFlag;
import dev.ringside.ext4.mapping.IoMap;
import java.util.ArrayList;
import java.util.List;

/**
 * Where a file has content and where it has none. What is allocated and unwritten counts as a hole;
 * content that is dirty has its written blocks already, so the mapping alone tells.
 */
final class FileLayout {
  private static final long END_OF_BLOCKS = 1L << Integer.SIZE;

  private final Volume volume;
  private final int blockSize;

  FileLayout(Volume volume) {
    this.volume = volume;
    this.blockSize = volume.blockSize();
  }

  /** The first content at or behind an offset. */
  long seekData(ContentFile file, long offset) throws Ext4Exception {
    checkInside(file, offset);
    long end = volume.blocksFor(file.size());
    long block = offset / blockSize;
    while (block < end) {
      IoMap run = file.mapping().map(block);
      if (run instanceof IoMap.Mapped) {
        return Math.max(offset, run.first() * blockSize);
      }
      block = run.end();
    }
    throw nothing(file, offset);
  }

  /** The first hole at or behind an offset; there is always one at the end of the file. */
  long seekHole(ContentFile file, long offset) throws Ext4Exception {
    checkInside(file, offset);
    long end = volume.blocksFor(file.size());
    long block = offset / blockSize;
    while (block < end) {
      IoMap run = file.mapping().map(block);
      if (!(run instanceof IoMap.Mapped)) {
        return Math.min(file.size(), Math.max(offset, run.first() * blockSize));
      }
      block = run.end();
    }
    return file.size();
  }

  private static void checkInside(ContentFile file, long offset) throws Ext4Exception {
    if (offset < 0 || offset >= file.size()) {
      throw nothing(file, offset);
    }
  }

  private static Ext4Exception nothing(ContentFile file, long offset) {
    return new Ext4Exception(
        Errno.ENXIO, "inode " + file.number(), "nothing is behind byte " + offset);
  }

  /** All ranges that lie on the disk; neighbours that continue each other there are one. */
  List<FileExtent> extents(ContentFile file) throws Ext4Exception {
    List<FileExtent> extents = new ArrayList<>();
    IoMap growing = new IoMap.Hole(0, 0);
    long blocks = 0;
    long next = 0;
    // Beyond the length only a file with extents has anything.
    boolean hasExtents = file.inode().inode().has(InodeFlag.EXTENTS);
    long end = hasExtents ? END_OF_BLOCKS : volume.blocksFor(file.size());
    while (next < end) {
      IoMap run = file.mapping().map(next);
      if (!(run instanceof IoMap.Hole)) {
        blocks += run.count();
        checkCount(file, blocks);
        if (continues(growing, run)) {
          growing = joined(growing, run);
        } else {
          add(extents, growing, false);
          growing = run;
        }
      }
      next = run.end();
    }
    add(extents, growing, true);
    return extents;
  }

  private void checkCount(ContentFile file, long blocks) throws Ext4CorruptedException {
    if (blocks > volume.superblock().blocks()) {
      throw new Ext4CorruptedException(
          "block mapping of inode " + file.number(),
          "leads to more blocks than the filesystem's " + volume.superblock().blocks());
    }
  }

  private static boolean continues(IoMap before, IoMap run) {
    if (before.end() != run.first()) {
      return false;
    }
    return switch (run) {
      case IoMap.Mapped mapped ->
          before instanceof IoMap.Mapped earlier
              && earlier.block() + earlier.count() == mapped.block();
      case IoMap.Unwritten unwritten ->
          before instanceof IoMap.Unwritten earlier
              && earlier.block() + earlier.count() == unwritten.block();
      case IoMap.Hole _ -> false;
    };
  }

  private static IoMap joined(IoMap before, IoMap run) {
    long count = before.count() + run.count();
    return switch (before) {
      case IoMap.Mapped mapped -> new IoMap.Mapped(mapped.first(), count, mapped.block());
      case IoMap.Unwritten unwritten ->
          new IoMap.Unwritten(unwritten.first(), count, unwritten.block());
      case IoMap.Hole hole -> hole;
    };
  }

  private void add(List<FileExtent> extents, IoMap run, boolean last) {
    switch (run) {
      case IoMap.Mapped(long first, long count, long block) ->
          extents.add(extent(first, count, block, false, last));
      case IoMap.Unwritten(long first, long count, long block) ->
          extents.add(extent(first, count, block, true, last));
      case IoMap.Hole _ -> {}
    }
  }

  private FileExtent extent(long first, long count, long block, boolean unwritten, boolean last) {
    return new FileExtent(first * blockSize, count * blockSize, block * blockSize, unwritten, last);
  }
}
