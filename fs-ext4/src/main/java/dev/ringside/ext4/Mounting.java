package dev.ringside.ext4;

import dev.ringside.driver.BlockDevice;
import dev.ringside.ext4.access.Credentials;
import dev.ringside.ext4.alloc.Allocation;
import dev.ringside.ext4.alloc.GroupTable;
import dev.ringside.ext4.alloc.SystemZone;
import dev.ringside.ext4.cache.DiskReader;
import dev.ringside.ext4.cache.MetadataCache;
import dev.ringside.ext4.content.ContentChanges;
import dev.ringside.ext4.content.ContentOptions;
import dev.ringside.ext4.content.FileContent;
import dev.ringside.ext4.error.Ext4CorruptedException;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.Feature;
import dev.ringside.ext4.format.FileType;
import dev.ringside.ext4.format.Superblock;
import dev.ringside.ext4.inode.InCoreInode;
import dev.ringside.ext4.inode.InodeCache;
import dev.ringside.ext4.inode.InodeTable;
import dev.ringside.ext4.inode.OrphanFile;
import dev.ringside.ext4.inode.OrphanList;
import dev.ringside.ext4.journal.Handle;
import dev.ringside.ext4.journal.Journal;
import dev.ringside.ext4.journal.JournalOptions;
import dev.ringside.ext4.journal.NoJournal;
import dev.ringside.ext4.journal.RecoveredBlocks;
import dev.ringside.ext4.journal.SuperblockUpdates;
import dev.ringside.ext4.journal.Transactions;
import dev.ringside.ext4.xattr.AttributeStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Makes the rooms of a filesystem from a disk, and what a crash left unfinished whole. */
final class Mounting {
  private static final int CREDITS = 16;

  private final BlockDevice device;
  private final DiskReader reader;
  private final MountOptions options;
  private final SuperblockHome home;
  private final SuperblockHome.Found found;
  private Superblock superblock;
  private Optional<RecoveredBlocks> recovered = Optional.empty();

  private Mounting(BlockDevice device, MountOptions options) throws Ext4Exception {
    this.device = device;
    this.options = options;
    this.reader = new DiskReader(device);
    this.home = new SuperblockHome(device, reader);
    this.found = home.find();
    this.superblock = found.superblock();
  }

  /**
   * A filesystem that is mounted.
   *
   * @param recovered what its log held
   * @param superblock how its superblock was found
   */
  record Mounted(
      Volume volume, Optional<RecoveredBlocks> recovered, SuperblockHome.State superblock) {}

  /** Mounts; failures as for {@link Ext4#mount(BlockDevice, MountOptions)}. */
  static Mounted mount(BlockDevice device, MountOptions options) throws Ext4Exception {
    Mounting mounting = new Mounting(device, options);
    Volume volume =
        switch (options.access()) {
          case READ_ONLY -> mounting.forReading();
          case READ_WRITE -> mounting.forWriting();
        };
    return new Mounted(volume, mounting.recovered, mounting.found.state());
  }

  private Volume forReading() throws Ext4Exception {
    if (superblock.has(Feature.RECOVER)) {
      RecoveredBlocks log = JournalOfImage.read(device, reader, superblock);
      recovered = Optional.of(log);
      reader.use(log, superblock.blockSize());
      // The log may hold a newer one, whose geometry is not the same after a resize.
      superblock = home.findAgain(found);
    }
    MetadataCache cache = newCache(options.metadataCacheBytes());
    try {
      GroupTable groups = new GroupTable(superblock, cache);
      Volume volume = assemble(cache, groups, null);
      checkRoot(volume);
      return volume;
    } catch (Ext4Exception | RuntimeException unsound) {
      cache.close();
      throw unsound;
    }
  }

  private Volume forWriting() throws Ext4Exception {
    superblock.features().checkWritable();
    mendSuperblock();
    if (superblock.has(Feature.RECOVER)) {
      recovered = Optional.of(JournalOfImage.recover(device, reader, superblock));
      superblock = home.findAgain(found);
      superblock.features().checkWritable();
    }
    long least = (long) Journal.LEAST_CACHE_BLOCKS * superblock.blockSize();
    MetadataCache cache = newCache(Math.max(options.metadataCacheBytes(), least));
    Transactions transactions = null;
    try {
      boolean wasValid = superblock.history().isValid();
      SuperblockUpdates updates = new SuperblockUpdates(superblock, cache);
      Allocation allocation =
          Allocation.open(superblock, cache, updates, reader.io(), options.discard());
      transactions = openTransactions(cache, allocation.blocks().zone());
      recordMount(updates, transactions);
      OrphanList list = new OrphanList(superblock, updates);
      InodeTable table = new InodeTable(superblock, allocation.groups(), cache);
      OrphanFile file = orphanFile(table, cache, list);
      Writing writing = new Writing(transactions, updates, allocation, list, file, wasValid);
      Volume volume = assemble(cache, allocation.groups(), writing);
      checkRoot(volume);
      finishOrphans(volume);
      return volume;
    } catch (Ext4Exception | RuntimeException unsound) {
      if (transactions != null) {
        transactions.abort(unsound);
        transactions.close();
      }
      cache.close();
      throw unsound;
    }
  }

  /** Makes sure, before anything is written, that a torn superblock is the one it seems to be. */
  private void mendSuperblock() throws Ext4Exception {
    switch (found.state()) {
      case WHOLE -> {
        // As it should be.
      }
      case MENDED -> home.write(superblock);
      case TORN -> {
        reader.use(JournalOfImage.read(device, reader, superblock), superblock.blockSize());
        superblock = home.findAgain(found);
        reader.use(null, superblock.blockSize());
        superblock.features().checkWritable();
      }
    }
  }

  private MetadataCache newCache(long bytes) {
    return new MetadataCache(device, reader, superblock.blockSize(), bytes);
  }

  /** What the superblock says while the filesystem is in use. */
  private void recordMount(SuperblockUpdates updates, Transactions transactions)
      throws Ext4Exception {
    superblock.history().recordMount(options.time().instant());
    superblock.recordHashSign();
    CleanMark.takeOff(superblock);
    try (Handle handle = transactions.start(CREDITS, true)) {
      updates.changed(handle);
    }
    if (!superblock.has(Feature.HAS_JOURNAL)) {
      transactions.commitAll();
    }
  }

  private Transactions openTransactions(MetadataCache cache, SystemZone zone) throws Ext4Exception {
    if (!superblock.has(Feature.HAS_JOURNAL)) {
      return new NoJournal(cache, reader.io(), superblock.blockSize());
    }
    JournalOfImage journal = JournalOfImage.find(superblock, cache);
    journal.file().protect(zone, journal.blocks());
    JournalOptions how =
        new JournalOptions(options.dataMode(), options.commitInterval().toNanos(), options.time());
    return Journal.open(journal.file(), journal.blocks(), superblock, cache, reader, how);
  }

  private @Nullable OrphanFile orphanFile(InodeTable table, MetadataCache cache, OrphanList list)
      throws Ext4Exception {
    long number = superblock.orphanFileInode();
    return number == 0 ? null : new OrphanFile(table.readNamed(number), superblock, cache, list);
  }

  private Volume assemble(MetadataCache cache, GroupTable groups, @Nullable Writing writing) {
    InodeTable table = new InodeTable(superblock, groups, cache);
    InodeCache inodes = new InodeCache(table, options.inodeCacheSize());
    ContentOptions contentOptions =
        ContentOptions.DEFAULT
            .withDataMode(options.dataMode())
            .withAtime(options.atime())
            .withPageCacheBytes(options.pageCacheBytes())
            .withTime(options.time());
    ContentChanges changes =
        writing == null
            ? null
            : new ContentChanges(
                writing.transactions(),
                writing.allocation().blocks(),
                writing.orphans(),
                writing.superblock());
    FileContent content =
        FileContent.of(device, reader, superblock, cache, contentOptions, changes);
    return new Volume(
        superblock, options, cache, table, inodes, content, attributes(cache, writing), writing);
  }

  private AttributeStore attributes(MetadataCache cache, @Nullable Writing writing) {
    return writing == null
        ? new AttributeStore(superblock, cache)
        : new AttributeStore(
            superblock, writing.superblock(), cache, writing.allocation().blocks());
  }

  private static void checkRoot(Volume volume) throws Ext4Exception {
    InCoreInode root = volume.inodes().get(Superblock.ROOT_INODE);
    if (root.inode().type() != FileType.DIRECTORY) {
      throw new Ext4CorruptedException("inode 2", "the root is not a directory");
    }
  }

  /** Deletes, or cuts off, what a crash left in the middle of that. */
  private static void finishOrphans(Volume volume) throws Ext4Exception {
    Writing writing = volume.writing();
    List<InCoreInode> orphans = new ArrayList<>(writing.orphanList().read(volume.inodes()));
    OrphanFile file = writing.orphanFile();
    if (file != null) {
      orphans.addAll(file.read(volume.inodes()));
    }
    if (volume.superblock().history().hasErrors()) {
      // Nobody knows what else is wrong with them: e2fsck decides.
      return;
    }
    for (InCoreInode orphan : orphans) {
      if (orphan.inode().links() == 0) {
        volume.deletion().delete(orphan);
        continue;
      }
      try (Handle handle = volume.begin(Deletion.CREDITS, Credentials.ROOT)) {
        if (orphan.inode().type() == FileType.REGULAR) {
          volume.content().finishTruncation(handle, orphan);
        }
        handle.ensureCredits(CREDITS);
        writing.orphans().remove(handle, orphan);
      }
    }
  }
}
