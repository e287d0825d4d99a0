package dev.ringside.ext4.dir;

import dev.ringside.ext4.cache.CachedBlock;
import dev.ringside.ext4.cache.MetadataCache;
import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4CorruptedException;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.ByteString;
import dev.ringside.ext4.format.DirectoryEntry;
import dev.ringside.ext4.format.Feature;
import dev.ringside.ext4.format.FileType;
import dev.ringside.ext4.format.Inode;
import dev.ringside.ext4.format.InodeFlag;
import dev.ringside.ext4.format.Superblock;
import dev.ringside.ext4.journal.Handle;
import dev.ringside.ext4.mapping.FileMapping;
import dev.ringside.ext4.mapping.MappedFile;
import org.jspecify.annotations.Nullable;

/**
 * One directory. It becomes a hashed one when its names outgrow a block, and keeps its size when
 * they go.
 *
 * <p>An index that is damaged is not used: names are looked up and listed block by block, and the
 * first change takes the index away. Times, link counts and limits of the length of a name are the
 * caller's business.
 *
 * <p>An object is worth keeping: it remembers where it found blocks, and room for names. All
 * objects of one directory share its inode.
 */
public final class Directory {
  /**
   * How many blocks one change of a directory may change, besides those that a block more in its
   * mapping takes: two of names, and in each level of the index one that is split and a new one.
   */
  public static final int CREDITS = 9;

  private final DirectoryBlocks blocks;
  private final LinearDirectory linear;
  private final HashedDirectory hashed;
  private boolean indexDamaged;
  private boolean indexSurveyed;

  private Directory(DirectoryBlocks blocks) {
    this.blocks = blocks;
    this.linear = new LinearDirectory(blocks);
    this.hashed = new HashedDirectory(blocks);
  }

  /**
   * The directory of an inode, for reading.
   *
   * @param inode of type directory
   * @throws Ext4CorruptedException when its size or its mapping cannot be
   */
  public static Directory of(Inode inode, Superblock superblock, MetadataCache cache)
      throws Ext4CorruptedException {
    FileMapping mapping = FileMapping.of(inode, superblock, cache);
    return checked(new DirectoryBlocks(inode, null, mapping, superblock, cache));
  }

  /**
   * The directory of an inode, for reading and writing.
   *
   * @param file of type directory
   * @param mapping of {@code file}, which gets more blocks when the directory grows
   * @throws Ext4CorruptedException when its size cannot be
   */
  public static Directory of(
      MappedFile file, FileMapping mapping, Superblock superblock, MetadataCache cache)
      throws Ext4CorruptedException {
    return checked(new DirectoryBlocks(file.inode(), file, mapping, superblock, cache));
  }

  private static Directory checked(DirectoryBlocks blocks) throws Ext4CorruptedException {
    blocks.checkSize();
    return new Directory(blocks);
  }

  /**
   * Makes the first block of a new directory, with {@code .} and {@code ..}.
   *
   * @param file of type directory, with a size of 0
   * @param parent number of the inode that {@code ..} leads to
   * @throws Ext4Exception with {@link Errno#ENOSPC} when there is no block; nothing has changed
   *     then
   */
  public static Directory create(
      Handle handle,
      MappedFile file,
      FileMapping mapping,
      Superblock superblock,
      MetadataCache cache,
      long parent)
      throws Ext4Exception {
    Inode inode = file.inode();
    DirectoryBlocks blocks = new DirectoryBlocks(inode, file, mapping, superblock, cache);
    try (CachedBlock first = blocks.appendLeaf(handle)) {
      blocks.names(first).clearToDots(inode.number(), parent);
    }
    return new Directory(blocks);
  }

  DirectoryBlocks blocks() {
    return blocks;
  }

  HashedDirectory hashed() {
    return hashed;
  }

  UnindexedBlocks unindexed() {
    return linear.unindexed();
  }

  /** Whether the index is used. */
  boolean isHashed() {
    return blocks.inode().has(InodeFlag.INDEX)
        && blocks.superblock().has(Feature.DIR_INDEX)
        && !indexDamaged;
  }

  /** Says that the index cannot be used. */
  void noteDamagedIndex() {
    indexDamaged = true;
  }

  /** Looks once whether the index leads to every block: a listing must not miss one. */
  void surveyIndex() throws Ext4Exception {
    if (isHashed() && !indexSurveyed) {
      indexDamaged = !IndexSurvey.of(blocks).isSound();
      indexSurveyed = true;
    }
  }

  /**
   * The entry of a name, or null when the directory has none.
   *
   * @throws Ext4CorruptedException when the directory is damaged on the way to the name
   */
  public @Nullable DirectoryEntry lookup(ByteString name) throws Ext4Exception {
    if (isHashed()) {
      try {
        return hashed.lookup(name);
      } catch (DamagedIndexException damage) {
        noteDamagedIndex();
      }
    }
    return linear.lookup(name);
  }

  /** All entries, from the start; {@code .} and {@code ..} come first. */
  public DirectoryCursor cursor() {
    return new DirectoryCursor(this);
  }

  /** Whether there are no names but {@code .} and {@code ..}. */
  public boolean isEmpty() throws Ext4Exception {
    return linear.isEmpty();
  }

  /**
   * Adds a name that the directory does not have.
   *
   * @param name of 1 to 255 bytes, none of them zero or a slash
   * @throws Ext4Exception with {@link Errno#ENOSPC} when it cannot grow, or its index cannot; the
   *     directory has the same names as before then
   */
  public void add(Handle handle, ByteString name, long inode, FileType type) throws Ext4Exception {
    if (isHashed()) {
      try {
        hashed.add(handle, name, inode, type, false);
        return;
      } catch (DamagedIndexException damage) {
        noteDamagedIndex();
      }
    }
    dropUselessIndex(handle);
    if (linear.addWithin(handle, name, inode, type)) {
      return;
    }
    boolean small = blocks.count() == 1 && blocks.superblock().has(Feature.DIR_INDEX);
    if (small && hashed.index(handle)) {
      indexSurveyed = true;
      addToNewIndex(handle, name, inode, type);
    } else {
      linear.addBehind(handle, name, inode, type);
    }
  }

  private void addToNewIndex(Handle handle, ByteString name, long inode, FileType type)
      throws Ext4Exception {
    try {
      hashed.add(handle, name, inode, type, true);
    } catch (DamagedIndexException impossible) {
      throw blocks.corrupted(String.valueOf(impossible.getMessage()));
    }
  }

  /** A change that goes past the index makes it wrong, so it must not stay. */
  private void dropUselessIndex(Handle handle) throws Ext4Exception {
    if (blocks.inode().has(InodeFlag.INDEX)) {
      linear.unindexed().dropIndex(handle);
      indexDamaged = false;
      indexSurveyed = false;
    }
  }

  /**
   * Removes a name.
   *
   * @throws Ext4Exception with {@link Errno#ENOENT} when the directory does not have it
   */
  public void remove(Handle handle, ByteString name) throws Ext4Exception {
    requireFound(removed(handle, name), name);
  }

  private boolean removed(Handle handle, ByteString name) throws Ext4Exception {
    if (isHashed()) {
      try {
        return hashed.remove(handle, name);
      } catch (DamagedIndexException damage) {
        noteDamagedIndex();
      }
    }
    dropUselessIndex(handle);
    return linear.remove(handle, name);
  }

  /**
   * Makes a name, perhaps {@code ..}, lead to another inode.
   *
   * @throws Ext4Exception with {@link Errno#ENOENT} when the directory does not have it
   */
  public void replace(Handle handle, ByteString name, long inode, FileType type)
      throws Ext4Exception {
    requireFound(replaced(handle, name, inode, type), name);
  }

  private boolean replaced(Handle handle, ByteString name, long inode, FileType type)
      throws Ext4Exception {
    if (isHashed()) {
      try {
        return hashed.replace(handle, name, inode, type);
      } catch (DamagedIndexException damage) {
        noteDamagedIndex();
      }
    }
    dropUselessIndex(handle);
    return linear.replace(handle, name, inode, type);
  }

  private static void requireFound(boolean found, ByteString name) throws Ext4Exception {
    if (!found) {
      throw new Ext4Exception(Errno.ENOENT, name.toString());
    }
  }
}
