package dev.ringside.ext4.content;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.driver.testing.TestDisk;
import dev.ringside.ext4.alloc.Allocation;
import dev.ringside.ext4.cache.DiskReader;
import dev.ringside.ext4.cache.MetadataCache;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.Superblock;
import dev.ringside.ext4.inode.InCoreInode;
import dev.ringside.ext4.inode.InodeCache;
import dev.ringside.ext4.inode.InodeTable;
import dev.ringside.ext4.inode.Orphans;
import dev.ringside.ext4.journal.Handle;
import dev.ringside.ext4.journal.NoJournal;
import dev.ringside.ext4.journal.SuperblockUpdates;
import dev.ringside.ext4.journal.Transactions;
import dev.ringside.ext4.testing.Tool;
import dev.ringside.storage.FileStorage;
import dev.ringside.storage.Storage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * An image whose files' content is changed through {@link FileContent}, with nothing above it: the
 * files are made by debugfs, and found by their inode numbers.
 */
final class ContentImage {
  private static final long GUEST_BYTES = 16L << 20;

  /** How mke2fs makes the image, without its journal. */
  enum Kind {
    EXTENTS_1K("-t", "ext4", "-b", "1024", "-O", "^has_journal"),
    EXTENTS_2K("-t", "ext4", "-b", "2048", "-O", "^has_journal"),
    EXTENTS_4K("-t", "ext4", "-b", "4096", "-O", "^has_journal"),
    INDIRECT_1K("-t", "ext2", "-b", "1024"),
    INDIRECT_4K("-t", "ext2", "-b", "4096");

    private final List<String> options;

    Kind(String... options) {
      this.options = List.of(options);
    }

    boolean hasExtents() {
      return options.contains("ext4");
    }

    int blockSize() {
      return Integer.parseInt(options.get(3));
    }
  }

  private final Path path;
  private final Kind kind;

  private ContentImage(Path path, Kind kind) {
    this.path = path;
    this.kind = kind;
  }

  /**
   * Makes an image.
   *
   * @param megabytes its size
   * @param files names of empty files in its root
   */
  static ContentImage make(Path directory, Kind kind, int megabytes, String... files) {
    Path path = directory.resolve(kind + ".img");
    List<Object> arguments = new ArrayList<>(List.of("-q", "-F"));
    arguments.addAll(kind.options);
    arguments.add(path);
    arguments.add(megabytes + "M");
    Tool.MKE2FS.run(arguments.toArray());
    ContentImage image = new ContentImage(path, kind);
    for (String file : files) {
      image.debugfs("write /dev/null " + file);
    }
    return image;
  }

  Path path() {
    return path;
  }

  Kind kind() {
    return kind;
  }

  /** Runs a command of debugfs that may write. */
  String debugfs(String command) {
    return Tool.DEBUGFS.run("-w", "-R", command, path);
  }

  /** Makes a file with content. */
  void write(Path directory, String name, byte[] content) {
    try {
      Path source = Files.write(directory.resolve(name), content);
      debugfs("write " + source + " " + name);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** What debugfs reads from a file. */
  byte[] dump(Path directory, String name) {
    try {
      Path target = directory.resolve(name + ".dump");
      debugfs("dump /" + name + " " + target);
      return Files.readAllBytes(target);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** A stranger finds nothing wrong. */
  void assertSound() {
    Tool.E2FSCK.run("-f", "-n", path);
  }

  long inodeOf(String name) {
    String stat = debugfs("stat /" + name);
    String number = stat.substring(stat.indexOf("Inode:") + "Inode:".length()).trim();
    return Long.parseLong(number.substring(0, number.indexOf(' ')));
  }

  Mounted mount() throws IOException {
    return mount(options -> options);
  }

  Mounted mount(UnaryOperator<ContentOptions> options) throws IOException {
    return new Mounted(FileStorage.openWritable(path), options.apply(ContentOptions.DEFAULT));
  }

  Mounted mount(Storage storage, UnaryOperator<ContentOptions> options) throws IOException {
    return new Mounted(storage, options.apply(ContentOptions.DEFAULT));
  }

  /** The image in use. */
  final class Mounted implements AutoCloseable {
    private final TestDisk disk;
    private final MetadataCache metadata;
    private final Transactions transactions;
    private final InodeCache inodes;
    private final FileContent content;
    private final Set<Long> orphans = new HashSet<>();

    private Mounted(Storage storage, ContentOptions options) throws Ext4Exception {
      disk = TestDisk.over(storage).memoryBytes(GUEST_BYTES).start();
      DiskReader reader = new DiskReader(disk.driver());
      long address = disk.frames().allocate(Superblock.SIZE);
      reader.read(Superblock.DISK_OFFSET, address, Superblock.SIZE);
      Superblock superblock = Superblock.parse(disk.memory().slice(address, Superblock.SIZE));
      metadata = new MetadataCache(disk.driver(), reader, superblock.blockSize(), 2 << 20);
      NoJournal journal = new NoJournal(metadata, reader.io(), superblock.blockSize());
      transactions = journal;
      SuperblockUpdates updates = new SuperblockUpdates(superblock, metadata);
      Allocation allocation = Allocation.open(superblock, metadata, updates);
      inodes = new InodeCache(new InodeTable(superblock, allocation.groups(), metadata), 64);
      content =
          FileContent.of(
              disk.driver(),
              reader,
              superblock,
              metadata,
              options,
              new ContentChanges(transactions, allocation.blocks(), new Listed(), updates));
    }

    /** The list of orphans, which must be empty when an operation has ended. */
    private final class Listed implements Orphans {
      @Override
      public void add(Handle handle, InCoreInode file) {
        orphans.add(file.number());
      }

      @Override
      public void remove(Handle handle, InCoreInode file) {
        orphans.remove(file.number());
      }
    }

    TestDisk disk() {
      return disk;
    }

    FileContent content() {
      return content;
    }

    InCoreInode file(String name) throws Ext4Exception {
      InCoreInode file = inodes.get(inodeOf(name));
      file.acquire();
      return file;
    }

    Transactions transactions() {
      return transactions;
    }

    byte[] readAll(InCoreInode file) throws Ext4Exception {
      byte[] target = new byte[(int) file.inode().size()];
      assertThat(content.read(file, 0, target, 0, target.length)).isEqualTo(target.length);
      return target;
    }

    /** Everything to the disk. */
    void sync() throws Ext4Exception {
      content.syncAll();
      assertThat(orphans).isEmpty();
    }

    @Override
    public void close() throws Ext4Exception {
      try {
        content.syncAll();
        transactions.close();
      } finally {
        content.close();
        metadata.close();
        disk.close();
      }
    }
  }

  /** Content that tells where it belongs: no two pieces of a kilobyte are equal. */
  static byte[] pattern(int seed, int length) {
    byte[] bytes = new byte[length];
    int state = seed * 0x9e37_79b9 + 1;
    for (int i = 0; i < length; i++) {
      state = state * 1_103_515_245 + 12_345;
      bytes[i] = (byte) (state >>> 16);
    }
    return bytes;
  }

  /** A file as it should be. */
  static final class Model {
    private byte[] bytes;

    Model(byte[] bytes) {
      this.bytes = bytes.clone();
    }

    byte[] bytes() {
      return bytes;
    }

    int size() {
      return bytes.length;
    }

    void write(int position, byte[] source) {
      if (position + source.length > bytes.length) {
        bytes = Arrays.copyOf(bytes, position + source.length);
      }
      System.arraycopy(source, 0, bytes, position, source.length);
    }

    void truncate(int size) {
      bytes = Arrays.copyOf(bytes, size);
    }

    void zero(int from, int to) {
      Arrays.fill(bytes, Math.min(from, bytes.length), Math.min(to, bytes.length), (byte) 0);
    }
  }
}
