package dev.ringside.ext4.content;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.inode.InCoreInode;
import dev.ringside.ext4.inode.Orphans;
import dev.ringside.ext4.journal.Handle;
import dev.ringside.ext4.testing.TestImage;
import dev.ringside.ext4.testing.Tool;
import dev.ringside.ext4.testing.WritableImage;
import dev.ringside.storage.FileStorage;
import dev.ringside.storage.Storage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * An image whose files' content is changed through {@link FileContent}, with nothing above it: the
 * files are made by debugfs, and found by their inode numbers.
 */
final class ContentImage {
  /** How mke2fs makes the image, without its journal. */
  enum Kind {
    EXTENTS_1K(1024, "-t ext4 -b 1024 -O ^has_journal"),
    EXTENTS_2K(2048, "-t ext4 -b 2048 -O ^has_journal"),
    EXTENTS_4K(4096, "-t ext4 -b 4096 -O ^has_journal"),
    INDIRECT_1K(1024, "-t ext2 -b 1024"),
    INDIRECT_4K(4096, "-t ext2 -b 4096");

    private final int blockSize;
    private final String options;

    Kind(int blockSize, String options) {
      this.blockSize = blockSize;
      this.options = options;
    }

    boolean hasExtents() {
      return options.contains("ext4");
    }

    int blockSize() {
      return blockSize;
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
    TestImage.make(path, megabytes + "M", kind.options);
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
    private final WritableImage image;
    private final FileContent content;
    private final Set<Long> orphans = new HashSet<>();

    private Mounted(Storage storage, ContentOptions options) throws Ext4Exception {
      image = WritableImage.of(path, storage);
      content =
          FileContent.of(
              image.disk().driver(),
              image.reader(),
              image.superblock(),
              image.cache(),
              options,
              new ContentChanges(
                  image.transactions(),
                  image.allocation().blocks(),
                  new Listed(),
                  image.superblockUpdates()));
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

    WritableImage image() {
      return image;
    }

    FileContent content() {
      return content;
    }

    InCoreInode file(String name) throws Ext4Exception {
      InCoreInode file = image.inode(inodeOf(name));
      file.acquire();
      return file;
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
      } finally {
        content.close();
        image.close();
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

    void collapse(int offset, int length) {
      byte[] shorter = Arrays.copyOf(bytes, bytes.length - length);
      System.arraycopy(bytes, offset + length, shorter, offset, bytes.length - offset - length);
      bytes = shorter;
    }

    void insert(int offset, int length) {
      byte[] longer = Arrays.copyOf(bytes, bytes.length + length);
      Arrays.fill(longer, offset, offset + length, (byte) 0);
      System.arraycopy(bytes, offset, longer, offset + length, bytes.length - offset);
      bytes = longer;
    }
  }
}
