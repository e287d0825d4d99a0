package dev.ringside.ext4.testing;

import dev.ringside.driver.testing.TestDisk;
import dev.ringside.ext4.alloc.GroupTable;
import dev.ringside.ext4.cache.DiskIo;
import dev.ringside.ext4.cache.DiskReader;
import dev.ringside.ext4.cache.MetadataCache;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.Feature;
import dev.ringside.ext4.format.Inode;
import dev.ringside.ext4.format.Superblock;
import dev.ringside.ext4.inode.InCoreInode;
import dev.ringside.ext4.inode.InodeCache;
import dev.ringside.ext4.inode.InodeTable;
import dev.ringside.ext4.journal.Handle;
import dev.ringside.ext4.journal.Journal;
import dev.ringside.ext4.journal.JournalOptions;
import dev.ringside.ext4.journal.JournalReplay;
import dev.ringside.ext4.journal.RecoveredBlocks;
import dev.ringside.ext4.mapping.FileMapping;
import dev.ringside.ext4.mapping.MappedJournal;
import dev.ringside.storage.Storage;
import java.time.Instant;

/** A disk with a filesystem, its journal open for writing; below all that is above a journal. */
public final class JournaledImage implements AutoCloseable {
  private static final long CACHE_BYTES = 2L << 20;

  private final TestDisk disk;
  private final DiskIo io;
  private final Superblock superblock;
  private final MetadataCache cache;
  private final InodeTable table;
  private final InodeCache inodes;
  private final Journal journal;
  private boolean open = true;

  private JournaledImage(TestDisk disk, JournalOptions options, long cacheBytes)
      throws Ext4Exception {
    this.disk = disk;
    DiskReader reader = new DiskReader(disk.driver());
    this.io = reader.io();
    this.superblock = readSuperblock(disk, reader);
    this.cache = new MetadataCache(disk.driver(), reader, superblock.blockSize(), cacheBytes);
    this.table = new InodeTable(superblock, new GroupTable(superblock, cache), cache);
    this.inodes = new InodeCache(table, 1000);
    Inode inode = table.readNamed(superblock.journalInode());
    this.journal =
        Journal.open(
            new MappedJournal(FileMapping.of(inode, superblock, cache)),
            inode.size() / superblock.blockSize(),
            superblock,
            cache,
            reader,
            options);
  }

  /** Recovers the filesystem of a disk where it is necessary, and opens its journal. */
  public static JournaledImage open(Storage storage) throws Ext4Exception {
    return open(storage, JournalOptions.DEFAULT);
  }

  public static JournaledImage open(Storage storage, JournalOptions options) throws Ext4Exception {
    return open(TestDisk.over(storage).start(), options, CACHE_BYTES);
  }

  public static JournaledImage open(Storage storage, JournalOptions options, long cacheBytes)
      throws Ext4Exception {
    return open(TestDisk.over(storage).start(), options, cacheBytes);
  }

  public static JournaledImage open(TestDisk disk, JournalOptions options, long cacheBytes)
      throws Ext4Exception {
    try {
      recover(disk);
      return new JournaledImage(disk, options, cacheBytes);
    } catch (Ext4Exception | RuntimeException failure) {
      disk.close();
      throw failure;
    }
  }

  /** Opens the journal of a disk as it is. */
  public static JournaledImage openUnrecovered(Storage storage) throws Ext4Exception {
    TestDisk disk = TestDisk.over(storage).start();
    try {
      return new JournaledImage(disk, JournalOptions.DEFAULT, CACHE_BYTES);
    } catch (Ext4Exception failure) {
      disk.close();
      throw failure;
    }
  }

  /** Recovers a filesystem, and says what there was. */
  public static RecoveredBlocks recover(TestDisk disk) throws Ext4Exception {
    DiskReader reader = new DiskReader(disk.driver());
    Superblock superblock = readSuperblock(disk, reader);
    if (!superblock.has(Feature.RECOVER)) {
      return RecoveredBlocks.NONE;
    }
    int blockSize = superblock.blockSize();
    try (MetadataCache cache = new MetadataCache(disk.driver(), reader, blockSize, 0)) {
      Inode inode =
          new InodeTable(superblock, new GroupTable(superblock, cache), cache)
              .readNamed(superblock.journalInode());
      return JournalReplay.run(
          new MappedJournal(FileMapping.of(inode, superblock, cache)),
          inode.size() / blockSize,
          superblock,
          reader);
    }
  }

  private static Superblock readSuperblock(TestDisk disk, DiskReader reader) throws Ext4Exception {
    long address = disk.frames().allocate(Superblock.SIZE);
    try {
      reader.read(Superblock.DISK_OFFSET, address, Superblock.SIZE);
      return Superblock.parse(disk.memory().slice(address, Superblock.SIZE));
    } finally {
      disk.frames().free(address, Superblock.SIZE);
    }
  }

  public TestDisk disk() {
    return disk;
  }

  public DiskIo io() {
    return io;
  }

  public Superblock superblock() {
    return superblock;
  }

  public MetadataCache cache() {
    return cache;
  }

  public InodeTable table() {
    return table;
  }

  public InodeCache inodes() {
    return inodes;
  }

  public Journal journal() {
    return journal;
  }

  /** Gives inodes a modification time, all in one operation. */
  public int touch(long second, long... numbers) throws Ext4Exception {
    try (Handle handle = journal.start(numbers.length, false)) {
      for (long number : numbers) {
        InCoreInode inode = inodes.get(number);
        inode.inode().setModificationTime(Instant.ofEpochSecond(second));
        inode.changed(handle);
      }
      return handle.transaction();
    }
  }

  /** The power fails: nothing is written any more. */
  public void crash() {
    while (disk.driver().inFlight() > 0) {
      disk.driver().await();
      disk.driver().reap();
    }
    open = false;
    disk.close();
  }

  /** Unmounts. Does nothing the second time. */
  @Override
  public void close() throws Ext4Exception {
    if (open) {
      open = false;
      try {
        journal.close();
      } finally {
        cache.close();
        disk.close();
      }
    }
  }
}
