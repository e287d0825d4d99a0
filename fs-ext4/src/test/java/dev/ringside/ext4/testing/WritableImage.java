package dev.ringside.ext4.testing;

import dev.ringside.driver.testing.TestDisk;
import dev.ringside.ext4.alloc.Allocation;
import dev.ringside.ext4.cache.DiskIo;
import dev.ringside.ext4.cache.DiskReader;
import dev.ringside.ext4.cache.MetadataCache;
import dev.ringside.ext4.dir.Directory;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.ByteString;
import dev.ringside.ext4.format.DirectoryEntry;
import dev.ringside.ext4.format.Inode;
import dev.ringside.ext4.format.Superblock;
import dev.ringside.ext4.inode.InCoreInode;
import dev.ringside.ext4.inode.InodeCache;
import dev.ringside.ext4.inode.InodeTable;
import dev.ringside.ext4.journal.DataMode;
import dev.ringside.ext4.journal.Handle;
import dev.ringside.ext4.journal.Journal;
import dev.ringside.ext4.journal.JournalOptions;
import dev.ringside.ext4.journal.NoJournal;
import dev.ringside.ext4.journal.SuperblockUpdates;
import dev.ringside.ext4.journal.Transactions;
import dev.ringside.ext4.mapping.FileMapping;
import dev.ringside.ext4.mapping.MappedJournal;
import dev.ringside.storage.FileStorage;
import dev.ringside.storage.Storage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.InstantSource;

/** The rooms below the facade over an image that is written, through its journal if it has one. */
public final class WritableImage implements AutoCloseable {
  private static final int CREDITS = 64;
  private static final int INODES = 64;
  private static final long CACHE_BYTES = 4L << 20;

  private final Path path;
  private final TestDisk disk;
  private final DiskReader reader;
  private final Superblock superblock;
  private final MetadataCache cache;
  private final SuperblockUpdates superblockUpdates;
  private final DiskIo io;
  private final Transactions transactions;
  private final Allocation allocation;
  private final InodeTable table;
  private final InodeCache inodes;

  private WritableImage(Path path, TestDisk disk, boolean discard) throws Ext4Exception {
    this.path = path;
    this.disk = disk;
    this.reader = new DiskReader(disk.driver());
    long address = disk.frames().allocate(Superblock.SIZE);
    reader.read(Superblock.DISK_OFFSET, address, Superblock.SIZE);
    this.superblock = Superblock.parse(disk.memory().slice(address, Superblock.SIZE));
    disk.frames().free(address, Superblock.SIZE);
    this.cache = new MetadataCache(disk.driver(), reader, superblock.blockSize(), CACHE_BYTES);
    this.superblockUpdates = new SuperblockUpdates(superblock, cache);
    this.io = reader.io();
    this.allocation = Allocation.open(superblock, cache, superblockUpdates, io, discard);
    this.table = new InodeTable(superblock, allocation.groups(), cache);
    this.inodes = new InodeCache(table, INODES);
    this.transactions = openTransactions(reader);
  }

  private Transactions openTransactions(DiskReader reader) throws Ext4Exception {
    if (superblock.journalInode() == 0) {
      return new NoJournal(cache, io, superblock.blockSize());
    }
    Inode inode = table.readNamed(superblock.journalInode());
    MappedJournal file = new MappedJournal(FileMapping.of(inode, superblock, cache));
    long blocks = inode.size() / superblock.blockSize();
    file.protect(allocation.blocks().zone(), blocks);
    JournalOptions options =
        new JournalOptions(DataMode.ORDERED, Long.MAX_VALUE, InstantSource.system());
    return Journal.open(file, blocks, superblock, cache, reader, options);
  }

  /** Opens an image, whose file changes. */
  public static WritableImage of(Path image) throws Ext4Exception {
    return of(image, open(image), false);
  }

  /** Opens an image on a disk that is told of freed blocks. */
  public static WritableImage withDiscard(Path image) throws Ext4Exception {
    return of(image, open(image), true);
  }

  /** Opens an image behind a storage, which is closed with it. */
  public static WritableImage of(Path image, Storage storage) throws Ext4Exception {
    return of(image, storage, false);
  }

  private static Storage open(Path image) {
    try {
      return FileStorage.openWritable(image);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static WritableImage of(Path image, Storage storage, boolean discard)
      throws Ext4Exception {
    TestDisk disk = TestDisk.over(storage).memoryBytes(32L << 20).start();
    try {
      return new WritableImage(image, disk, discard);
    } catch (Ext4Exception | RuntimeException failure) {
      disk.close();
      throw failure;
    }
  }

  public Superblock superblock() {
    return superblock;
  }

  public DiskIo io() {
    return io;
  }

  public TestDisk disk() {
    return disk;
  }

  public DiskReader reader() {
    return reader;
  }

  public Allocation allocation() {
    return allocation;
  }

  public InodeTable table() {
    return table;
  }

  public InCoreInode inode(long number) throws Ext4Exception {
    return inodes.get(number);
  }

  /** A mapping that can be changed. */
  public FileMapping mapping(long inode) throws Ext4Exception {
    return FileMapping.of(inodes.get(inode), superblock, cache, allocation.blocks());
  }

  /** Begins an operation of the superuser. */
  public Handle start() throws Ext4Exception {
    return transactions.start(CREDITS, true);
  }

  /** Begins an operation. */
  public Handle start(boolean mayUseReserve) throws Ext4Exception {
    return transactions.start(CREDITS, mayUseReserve);
  }

  public Transactions transactions() {
    return transactions;
  }

  public MetadataCache cache() {
    return cache;
  }

  public SuperblockUpdates superblockUpdates() {
    return superblockUpdates;
  }

  public InodeCache inodes() {
    return inodes;
  }

  /** The file of an absolute path without links. */
  public InCoreInode file(String name) throws Ext4Exception {
    InCoreInode file = inodes.get(Superblock.ROOT_INODE);
    for (String part : name.substring(1).split("/", -1)) {
      DirectoryEntry entry =
          Directory.of(file.inode(), superblock, cache).lookup(ByteString.of(part));
      if (entry == null) {
        throw new IllegalArgumentException(name + " is not there");
      }
      file = inodes.get(entry.inode());
    }
    return file;
  }

  /** The directory of an absolute path. */
  public Directory directory(String name) throws Ext4Exception {
    InCoreInode file = file(name);
    return Directory.of(file, mapping(file.number()), superblock, cache);
  }

  /** Brings everything to the image, and lets e2fsck judge it. */
  public void closeSound() throws Ext4Exception {
    close();
    Tool.E2FSCK.run("-fn", path);
  }

  /** Writes everything home, unless the transactions were aborted. */
  @Override
  public void close() throws Ext4Exception {
    try {
      transactions.close();
    } finally {
      cache.close();
      disk.close();
    }
  }
}
