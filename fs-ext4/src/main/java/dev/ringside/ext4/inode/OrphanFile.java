package dev.ringside.ext4.inode;

import dev.ringside.ext4.cache.BlockCheck;
import dev.ringside.ext4.cache.CachedBlock;
import dev.ringside.ext4.cache.MetadataCache;
import dev.ringside.ext4.error.Ext4CorruptedException;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.FileType;
import dev.ringside.ext4.format.Inode;
import dev.ringside.ext4.format.OrphanBlock;
import dev.ringside.ext4.format.Superblock;
import dev.ringside.ext4.journal.Handle;
import dev.ringside.ext4.mapping.FileMapping;
import dev.ringside.ext4.mapping.IoMap;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * The orphan file: a file of the filesystem's own whose blocks are tables of inode numbers, so that
 * files come and go without touching each other. When it is full, the {@link OrphanList} helps out.
 */
public final class OrphanFile implements Orphans {
  /** More than mke2fs ever gives it. */
  private static final long MAX_BLOCKS = 1 << 15;

  private final MetadataCache cache;
  private final OrphanList list;
  private final OrphanBlock layout;
  private final long[] blocks;
  private final BitSet taken = new BitSet();

  /** No slot before this one is free. */
  private int firstFree;

  /**
   * Finds the file's blocks.
   *
   * @param file that the superblock names
   * @throws Ext4CorruptedException when it cannot be an orphan file
   */
  public OrphanFile(Inode file, Superblock superblock, MetadataCache cache, OrphanList list)
      throws Ext4Exception {
    this.cache = cache;
    this.list = list;
    this.layout = new OrphanBlock(superblock, file.checksumSeed());
    long count = file.size() / superblock.blockSize();
    if (file.type() != FileType.REGULAR || count > MAX_BLOCKS) {
      throw new Ext4CorruptedException(
          "orphan file", "inode %d, %d blocks".formatted(file.number(), count));
    }
    this.blocks = new long[(int) count];
    FileMapping mapping = FileMapping.of(file, superblock, cache);
    for (int i = 0; i < blocks.length; i++) {
      if (!(mapping.map(i) instanceof IoMap.Mapped run)) {
        throw new Ext4CorruptedException("orphan file", "block " + i + " is a hole");
      }
      blocks[i] = run.block();
    }
  }

  private record TableCheck(OrphanBlock layout) implements BlockCheck {
    @Override
    public void verify(MemorySegment bytes, long block) throws Ext4CorruptedException {
      layout.verify(bytes, block);
    }
  }

  /**
   * The files that a crash left in the tables, which stay as they are.
   *
   * @throws Ext4CorruptedException when they name what cannot be an orphan, or a file twice
   */
  public List<InCoreInode> read(InodeCache inodes) throws Ext4Exception {
    List<InCoreInode> found = new ArrayList<>();
    for (int table = 0; table < blocks.length; table++) {
      try (CachedBlock block = cache.get(blocks[table], new TableCheck(layout))) {
        for (int index = 0; index < layout.entries(); index++) {
          long number = layout.entry(block.bytes(), index);
          if (number != 0) {
            InCoreInode file = inodes.getOrphan(number);
            if (file.isOrphan()) {
              throw new Ext4CorruptedException("orphan file", "names inode " + number + " twice");
            }
            file.orphanSlot = (long) table * layout.entries() + index;
            taken.set((int) file.orphanSlot);
            found.add(file);
          }
        }
      }
    }
    return found;
  }

  @Override
  public void add(Handle handle, InCoreInode file) throws Ext4Exception {
    if (file.isOrphan()) {
      return;
    }
    int slot = taken.nextClearBit(firstFree);
    if (slot >= blocks.length * layout.entries()) {
      list.add(handle, file);
      return;
    }
    set(handle, slot, file.number());
    taken.set(slot);
    firstFree = slot + 1;
    file.orphanSlot = slot;
  }

  @Override
  public void remove(Handle handle, InCoreInode file) throws Ext4Exception {
    if (file.orphanSlot == InCoreInode.NO_SLOT) {
      list.remove(handle, file);
      return;
    }
    int slot = (int) file.orphanSlot;
    set(handle, slot, 0);
    taken.clear(slot);
    firstFree = Math.min(firstFree, slot);
    file.orphanSlot = InCoreInode.NO_SLOT;
  }

  private void set(Handle handle, int slot, long number) throws Ext4Exception {
    long place = blocks[slot / layout.entries()];
    try (CachedBlock block = cache.get(place, new TableCheck(layout))) {
      handle.change(block, layout::seal);
      layout.setEntry(block.bytes(), slot % layout.entries(), number);
    }
  }

  /** Whether no file is in the tables. */
  public boolean isEmpty() {
    return taken.isEmpty();
  }
}
