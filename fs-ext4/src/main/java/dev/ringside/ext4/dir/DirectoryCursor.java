package dev.ringside.ext4.dir;

import dev.ringside.ext4.cache.CachedBlock;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.ByteString;
import dev.ringside.ext4.format.DirectoryBlock;
import dev.ringside.ext4.format.DirectoryEntry;
import dev.ringside.ext4.format.DirectoryHash;
import dev.ringside.ext4.format.HashTreeNode;
import dev.ringside.ext4.format.HashVersion;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * A place in a directory. Between two calls no block is held, and the directory may change: every
 * name that is there all the while is listed once.
 *
 * <p>A place has a number, its cookie. In a linear directory it is a byte offset, and entries never
 * move; in a hashed one it comes from the hash of a name, and names are listed in that order, since
 * they move when leaves are split. Names whose hashes are equal in all bits have the same cookie.
 */
public final class DirectoryCursor {
  /** No hash is as large, nor any directory. */
  private static final long END = Long.MAX_VALUE;

  private static final long DOT = 0;
  private static final long DOT_DOT = 1;
  private static final long FIRST_HASH = 2;

  /** The first cookie that only a hash can be. */
  private static final long FIRST_LARGE_HASH = 1L << Integer.SIZE;

  private final Directory directory;
  private final DirectoryBlocks blocks;
  private final List<HashedEntry> found = new ArrayList<>();
  private long[] cookies = new long[64];
  private int cookieCount;
  private long position;
  private boolean positionIsOffset;

  /** The largest cookie of a hash that was given. */
  private long lastHash = -1;

  /** In a directory that lost its index meanwhile: names up to this one were listed before. */
  private long listedBefore = -1;

  private HashVersion version;

  DirectoryCursor(Directory directory) {
    this.directory = directory;
    this.blocks = directory.blocks();
    this.version = blocks.superblock().defaultHashVersion();
  }

  private record HashedEntry(long cookie, DirectoryEntry entry) {
    static final Comparator<HashedEntry> ORDER =
        Comparator.comparingLong(HashedEntry::cookie).thenComparing(hashed -> hashed.entry.name());
  }

  /** The cookie of the place: {@link #seek} comes back here. */
  public long position() {
    return position;
  }

  /**
   * The cookie of one of the entries that the last call of {@link #next} gave: from there, that
   * entry comes first.
   *
   * @param index among those entries, from 0 on
   */
  public long cookie(int index) {
    if (index >= cookieCount) {
      throw new IndexOutOfBoundsException(index + " of " + cookieCount);
    }
    return cookies[index];
  }

  /** Goes to a place; 0 is the start. A cookie of no entry leads to the next one behind it. */
  public void seek(long cookie) {
    position = cookie;
    positionIsOffset = cookie < FIRST_LARGE_HASH && !directory.isHashed();
    lastHash = positionIsOffset ? -1 : cookie - 1;
    listedBefore = -1;
  }

  /**
   * Adds the entries of the next block or more, which may be none, to a list.
   *
   * @return false when nothing is left
   */
  public boolean next(List<DirectoryEntry> entries) throws Ext4Exception {
    cookieCount = 0;
    directory.surveyIndex();
    if (directory.isHashed() && !wasListedWithoutIndex()) {
      try {
        return nextHashed(entries);
      } catch (DamagedIndexException damage) {
        directory.noteDamagedIndex();
      }
    }
    if (!positionIsOffset) {
      listedBefore = lastHash;
      position = 0;
      positionIsOffset = true;
    }
    return nextUnindexed(entries);
  }

  /**
   * Whether the directory has got its index since the listing began: it had one block then, so
   * either nothing of it was listed or everything.
   */
  private boolean wasListedWithoutIndex() {
    if (positionIsOffset && position < blocks.superblock().blockSize()) {
      position = 0;
      positionIsOffset = false;
    }
    return positionIsOffset;
  }

  private boolean nextHashed(List<DirectoryEntry> entries)
      throws Ext4Exception, DamagedIndexException {
    if (position == END) {
      return false;
    }
    found.clear();
    try (HashTreePath path = new HashTreePath(blocks)) {
      if (position < FIRST_HASH) {
        findDots(path.node(0));
        position = FIRST_HASH;
      } else {
        version = path.node(0).hashVersion();
        path.descend(majorOf(position));
        do {
          findInLeaf(path);
        } while (path.nextContinues() && path.advance());
        position = path.hasNext() ? cookieOf(path.nextHash(), 0) : END;
      }
    }
    found.sort(HashedEntry.ORDER);
    for (HashedEntry next : found) {
      add(entries, next.entry, next.cookie);
      lastHash = next.cookie;
    }
    return true;
  }

  private void findDots(HashTreeNode root) {
    List<DirectoryEntry> dots = new ArrayList<>();
    root.addDotsTo(dots);
    for (long cookie = Math.max(DOT, position); cookie <= DOT_DOT; cookie++) {
      found.add(new HashedEntry(cookie, dots.get((int) cookie)));
    }
  }

  private void findInLeaf(HashTreePath path) throws Ext4Exception, DamagedIndexException {
    long start = cookieOf(path.hash(), 0);
    long end = !path.hasNext() ? END : cookieOf(path.nextHash(), path.nextContinues() ? -1 : 0);
    try (CachedBlock leaf = blocks.leaf(path.leaf())) {
      DirectoryBlock names = blocks.names(leaf);
      for (int offset = names.firstEntry();
          offset != DirectoryBlock.NONE;
          offset = names.entryAfter(offset)) {
        DirectoryEntry entry = names.entry(offset);
        long cookie = cookieOf(entry.name());
        if (cookie < start || cookie > end) {
          throw new DamagedIndexException(
              blocks.corrupted("its index leads to %s where it is not".formatted(entry.name())));
        }
        if (cookie >= position) {
          found.add(new HashedEntry(cookie, entry));
        }
      }
    }
  }

  private long cookieOf(ByteString name) {
    DirectoryHash hash = directory.hashed().hash(name, version);
    return cookieOf(hash.major(), hash.minor());
  }

  private static long cookieOf(int major, int minor) {
    long cookie = (Integer.toUnsignedLong(major) >>> 1 << Integer.SIZE) | (minor & 0xffff_ffffL);
    return Math.max(cookie, FIRST_HASH);
  }

  private static int majorOf(long cookie) {
    return (int) (cookie >>> Integer.SIZE << 1);
  }

  private boolean nextUnindexed(List<DirectoryEntry> entries) throws Ext4Exception {
    int blockSize = blocks.superblock().blockSize();
    long index = position / blockSize;
    if (index >= blocks.count()) {
      return false;
    }
    long start = index * blockSize;
    try (CachedBlock leaf = directory.unindexed().get(index)) {
      if (leaf != null) {
        addNames(entries, blocks.names(leaf), start);
      }
    }
    position = start + blockSize;
    return true;
  }

  private void addNames(List<DirectoryEntry> entries, DirectoryBlock names, long start) {
    for (int offset = names.firstEntry();
        offset != DirectoryBlock.NONE;
        offset = names.entryAfter(offset)) {
      if (start + offset >= position) {
        DirectoryEntry entry = names.entry(offset);
        if (listedBefore < 0 || !wasListed(entry.name())) {
          add(entries, entry, start + offset);
        }
      }
    }
  }

  private boolean wasListed(ByteString name) {
    if (DirectoryBlock.isDots(name)) {
      return name.length() - 1 <= listedBefore;
    }
    return cookieOf(name) <= listedBefore;
  }

  private void add(List<DirectoryEntry> entries, DirectoryEntry entry, long cookie) {
    entries.add(entry);
    if (cookieCount == cookies.length) {
      cookies = Arrays.copyOf(cookies, cookieCount * 2);
    }
    cookies[cookieCount++] = cookie;
  }
}
