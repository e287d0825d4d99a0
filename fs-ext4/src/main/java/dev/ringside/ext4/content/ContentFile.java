package dev.ringside.ext4.content;

import dev.ringside.ext4.cache.FileFolios;
import dev.ringside.ext4.cache.FolioWrite;
import dev.ringside.ext4.cache.PageCache;
import dev.ringside.ext4.inode.InCoreInode;
import dev.ringside.ext4.inode.InodeContent;
import dev.ringside.ext4.journal.Handle;
import dev.ringside.ext4.journal.OrderedData;
import dev.ringside.ext4.mapping.FileMapping;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the mount knows of one file's content: where it lies, what of it is cached, how it is used.
 */
final class ContentFile implements InodeContent {
  private final InCoreInode inode;
  private final FileMapping mapping;
  private final PageCache pages;
  private final FileFolios folios;

  /** What may still be writing folios of this file; what is done leaves lazily. */
  private final List<FolioWrite> writers = new ArrayList<>();

  /** The last transaction that changed length or blocks, which a reader after a crash needs. */
  private int dataTransaction;

  /** A write that failed, until a sync has told of it. */
  private @Nullable String failure;

  private @Nullable OrderedData ordered;

  /** When the oldest dirty content became so, in nanoseconds of the device's clock. */
  private long dirtySince;

  /** Where a sequential reader reads next, and how far ahead of it was read last. */
  private long nextRead;

  private long readahead;

  /** Whether content is on its way that nobody waits for yet. */
  private boolean readAhead;

  ContentFile(InCoreInode inode, FileMapping mapping, PageCache pages) {
    this.inode = inode;
    this.mapping = mapping;
    this.pages = pages;
    this.folios = new FileFolios(inode.number());
  }

  InCoreInode inode() {
    return inode;
  }

  FileMapping mapping() {
    return mapping;
  }

  FileFolios folios() {
    return folios;
  }

  long size() {
    return inode.inode().size();
  }

  long number() {
    return inode.number();
  }

  /** Notes that the inode has changed in more than its times. */
  void changedData(Handle handle) {
    inode.changed(handle);
    dataTransaction = handle.transaction();
  }

  int dataTransaction() {
    return dataTransaction;
  }

  /** The file as the journal sees it: always the same object. */
  OrderedData ordered(Writeback writeback) {
    OrderedData known = ordered;
    if (known == null) {
      known = batch -> writeback.writeInto(this, batch);
      ordered = known;
    }
    return known;
  }

  void writtenBy(FolioWrite write) {
    writers.removeIf(FolioWrite::isDone);
    writers.add(write);
  }

  List<FolioWrite> writers() {
    writers.removeIf(FolioWrite::isDone);
    return writers;
  }

  void dirtyFrom(long time) {
    dirtySince = time;
  }

  long dirtySince() {
    return dirtySince;
  }

  void failed(String what) {
    if (failure == null) {
      failure = what;
    }
  }

  /** What failed since this was last asked, or null. */
  @Nullable String takeFailure() {
    String what = failure;
    failure = null;
    return what;
  }

  /** Whether a reader that is here goes on where the last one stopped. */
  boolean isNextRead(long position) {
    return position == nextRead;
  }

  /**
   * How far ahead to read: twice as far as the last time, nothing for a reader that jumps.
   *
   * @param length that the reader misses
   * @param most in bytes
   */
  long widerReadahead(boolean sequential, int length, int least, int most) {
    readahead = sequential ? Math.clamp(2 * Math.max(readahead, length), least, most) : 0;
    return readahead;
  }

  /** Notes whether content is on its way into folios, which keeps the file in the cache. */
  void setReadAhead(boolean underWay) {
    readAhead = underWay;
  }

  void readUpTo(long position) {
    nextRead = position;
  }

  @Override
  public boolean isDirty() {
    return readAhead || folios.isDirty() || !writers().isEmpty();
  }

  @Override
  public void drop() {
    pages.forEach(folios, 0, Long.MAX_VALUE, pages::remove);
  }
}
