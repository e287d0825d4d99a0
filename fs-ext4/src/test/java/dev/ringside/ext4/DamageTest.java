package dev.ringside.ext4;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringside.ext4.error.Ext4CorruptedException;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.error.Ext4UnsupportedException;
import dev.ringside.ext4.testing.Fixture;
import dev.ringside.ext4.testing.ImageEditor;
import dev.ringside.ext4.testing.MountedImage;
import dev.ringside.ext4.testing.Tool;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Damage and missing support are named: what structure, where, what is wrong with it. */
final class DamageTest {
  private static final String FRAGMENTED = "/files/fragmented";
  private static final String SPARSE = "/files/sparse";
  private static final String MANY = "/many";
  private static final String NAMES = "/names";
  private static final String HELLO = "/files/hello.txt";

  /**
   * One way to damage an image.
   *
   * @param path a file that leads over the damage; the whole of it is read
   * @param message what the failure says
   */
  private record Damage(
      String name, Fixture fixture, Consumer<ImageEditor> edit, String path, String message) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static Damage damage(
      String name, Fixture fixture, String path, String message, Consumer<ImageEditor> edit) {
    return new Damage(name, fixture, edit, path, message);
  }

  static Stream<Damage> checksums() {
    Fixture csum = Fixture.EXT4_1K;
    String wrong = "checksum 0x";
    return Stream.of(
        damage("superblock", csum, HELLO, wrong, i -> i.flip(i.superblock() + 0x88, 3)),
        damage(
            "descriptor, crc32c", csum, HELLO, wrong, i -> i.flip(i.groupDescriptor() + 0x0c, 0)),
        damage(
            "descriptor, crc16",
            Fixture.UNINIT_BG,
            HELLO,
            wrong,
            i -> i.flip(i.groupDescriptor() + 0x0c, 0)),
        damage("root inode", csum, HELLO, wrong, i -> i.flip(i.inode("/") + 0x10, 7)),
        damage("inode", csum, HELLO, wrong, i -> i.flip(i.inode(HELLO) + 0x10, 7)),
        damage("inode, extra part", csum, HELLO, wrong, i -> i.flip(i.inode(HELLO) + 0xf0, 0)),
        damage(
            "extent node",
            csum,
            FRAGMENTED,
            wrong,
            i -> i.flip(i.firstExtentNode(FRAGMENTED) + 40, 0)),
        damage("linear directory", csum, NAMES, wrong, i -> i.flip(i.record(NAMES, 2) + 8, 0)),
        damage("hash tree leaf", csum, MANY, wrong, i -> i.flip(hashLeaf(i) + 9, 0)),
        damage(
            "directory without a checksum",
            csum,
            NAMES,
            "no checksum",
            i -> i.put8(i.fileBlock(NAMES, 0) + i.blockSize() - 5, 0)));
  }

  static Stream<Damage> superblocks() {
    Fixture plain = Fixture.EXT2;
    return Stream.of(
        field("magic", 0x38, 0xabcd, "not an ext2, ext3 or ext4 image"),
        field("block size", 0x18, 7, "s_log_block_size 7"),
        field("inode size", 0x58, 192, "s_inode_size 192"),
        field("blocks per group", 0x20, 0, "s_blocks_per_group 0"),
        field("blocks per group, too many", 0x20, 8193, "s_blocks_per_group 8193"),
        field("inodes per group", 0x28, 0, "s_inodes_per_group 0"),
        field("inode count", 0x00, 17, "s_inodes_count 17"),
        field("first inode", 0x54, 3, "s_first_ino 3"),
        field("first data block", 0x14, 2, "the first of them 2"),
        damage(
            "block count",
            plain,
            HELLO,
            "is the image cut off",
            i -> i.put32(i.superblock() + 0x04, i.get32(i.superblock() + 0x04) + 1)));
  }

  private static Damage field(String name, int offset, int value, String message) {
    return damage(name, Fixture.EXT2, HELLO, message, i -> i.put32(i.superblock() + offset, value));
  }

  static Stream<Damage> inodes() {
    Fixture plain = Fixture.EXT2;
    return Stream.of(
        damage("no mode", plain, HELLO, "not in use", i -> i.put16(i.inode(HELLO), 0)),
        damage("no links", plain, HELLO, "not in use", i -> i.put16(i.inode(HELLO) + 0x1a, 0)),
        damage("no type", plain, HELLO, "has no type", i -> i.put16(i.inode(HELLO), 0x3fff)),
        damage("huge", plain, HELLO, "its mapping holds", i -> i.put32(i.inode(HELLO) + 0x6c, -1)),
        damage("extra size", plain, HELLO, "i_extra_isize", i -> i.put16(i.inode(HELLO) + 0x80, 6)),
        damage("inline", plain, HELLO, "inline", i -> i.put32(i.inode(HELLO) + 0x20, 0x1000_0000)),
        damage(
            "entry for a reserved inode",
            plain,
            "/files",
            "no such file",
            i -> i.put32(i.record("/files", 2), 7)),
        damage(
            "entry for an inode never used",
            Fixture.UNINIT_BG,
            "/files",
            "never used",
            i -> i.put32(i.record("/files", 2), 500)),
        damage(
            "symbolic link of no length",
            plain,
            "/links/fast",
            "a symbolic link of 0 bytes",
            i -> i.put32(i.inode("/links/fast") + 0x04, 0)),
        damage(
            "symbolic link longer than its place",
            plain,
            "/links/fast",
            "a symbolic link of 60 bytes",
            i -> i.put32(i.inode("/links/fast") + 0x04, 60)),
        damage(
            "root is a file",
            plain,
            "/",
            "the root is not a directory",
            i -> i.put16(i.inode("/"), 0x81ff)),
        damage(
            "inode table off the disk",
            plain,
            "/",
            "inode table at block",
            i -> i.put32(i.groupDescriptor() + 0x08, 0x00ff_ffff)));
  }

  static Stream<Damage> extents() {
    return Stream.of(
        extent("node magic", "magic", i -> i.put16(node(i), 0)),
        extent("entries above the maximum", "entries of at most", i -> i.put16(node(i) + 2, 85)),
        extent("maximum above the block", "do not fit", i -> i.put16(node(i) + 4, 85)),
        extent(
            "depth",
            "depth 0 under a node of depth 2",
            i -> i.put16(i.blockArea(FRAGMENTED) + 6, 2)),
        extent("depth above five", "depth 6", i -> i.put16(i.blockArea(FRAGMENTED) + 6, 6)),
        extent("empty index", "is empty", i -> i.put16(i.blockArea(FRAGMENTED) + 2, 0)),
        extent("root of five entries", "do not fit", i -> i.put16(i.blockArea(FRAGMENTED) + 4, 5)),
        extent("no length", "maps 0 blocks", i -> i.put16(node(i) + 12 + 4, 0)),
        extent("overlap", "behind block", i -> i.put32(node(i) + 24, 1)),
        extent("unsorted", "behind block", i -> i.put32(node(i) + 36, 0)),
        extent("off the disk", "of 32768", i -> i.put32(node(i) + 12 + 8, 32765)),
        extent("beyond 32 bits", "of 32768", i -> i.put16(node(i) + 12 + 6, 1)),
        extent("on the superblock", "of 32768", i -> i.put32(node(i) + 12 + 8, 1)),
        extent(
            "child off the disk",
            "leads to block",
            i -> i.put32(i.blockArea(FRAGMENTED) + 12 + 4, 32768)),
        extent(
            "child that is its parent's table",
            "magic",
            i -> i.put32(i.blockArea(FRAGMENTED) + 12 + 4, 300)),
        extent(
            "child before its range",
            "its parent gives it",
            i -> i.put32(i.blockArea(FRAGMENTED) + 12, 2)),
        extent(
            "child behind its range",
            "its parent gives it 0 to 599",
            i -> i.put32(i.blockArea(FRAGMENTED) + 24, 600)),
        extent(
            "unsorted index", "the one before at", i -> i.put32(i.blockArea(FRAGMENTED) + 24, 0)));
  }

  private static Damage extent(String name, String message, Consumer<ImageEditor> edit) {
    return damage(name, Fixture.UNINIT_BG, FRAGMENTED, message, edit);
  }

  private static long node(ImageEditor image) {
    return image.firstExtentNode(FRAGMENTED);
  }

  static Stream<Damage> indirectBlocks() {
    return Stream.of(
        indirect("direct", i -> i.put32(i.blockArea(SPARSE), 24576)),
        indirect("indirect block", i -> i.put32(i.blockArea(SPARSE) + 12 * 4, -1)),
        indirect("triple indirect block", i -> i.put32(i.blockArea(SPARSE) + 14 * 4, 1)),
        indirect(
            "in a double indirect block",
            i ->
                i.put32(
                    (long) i.get32(i.blockArea(SPARSE) + 13 * 4) * i.blockSize() + 40,
                    0x7fff_ffff)));
  }

  private static Damage indirect(String name, Consumer<ImageEditor> edit) {
    return damage(name, Fixture.EXT2, SPARSE, "of 24576", edit);
  }

  static Stream<Damage> directories() {
    return Stream.of(
        directory("rec_len 0", "rec_len 0", i -> i.put16(i.record(NAMES, 2) + 4, 0)),
        directory("rec_len odd", "rec_len 21", i -> i.put16(i.record(NAMES, 2) + 4, 21)),
        directory("rec_len too long", "rec_len 1016", i -> i.put16(i.record(NAMES, 2) + 4, 1016)),
        directory("rec_len too short", "rec_len 8", i -> i.put16(i.record(NAMES, 2) + 4, 8)),
        directory("name_len", "name_len 200", i -> i.put8(i.record(NAMES, 2) + 6, 200)),
        directory("no name", "name_len 0", i -> i.put8(i.record(NAMES, 2) + 6, 0)),
        directory("file_type", "file_type 9", i -> i.put8(i.record(NAMES, 2) + 7, 9)),
        directory("inode", "inode 999999", i -> i.put32(i.record(NAMES, 2), 999_999)),
        directory("slash", "byte 0x2f", i -> i.put8(i.record(NAMES, 2) + 8, '/')),
        directory("nul", "byte 0x00", i -> i.put8(i.record(NAMES, 2) + 8, 0)),
        directory("size", "1000 bytes", i -> i.put32(i.inode(NAMES) + 4, 1000)),
        directory("size 0", "0 bytes", i -> i.put32(i.inode(NAMES) + 4, 0)),
        directory("size absurd", "bytes, with", i -> i.put32(i.inode(NAMES) + 4, 1 << 30)),
        directory("hole", "is a hole", i -> i.put32(i.blockArea(NAMES), 0)));
  }

  private static Damage directory(String name, String message, Consumer<ImageEditor> edit) {
    return damage(name, Fixture.EXT2, NAMES, message, edit);
  }

  static Stream<Damage> hashTrees() {
    return Stream.of(
        hashTree("dots", "does not start", i -> i.put16(hashRoot(i) + 0x0c + 4, 12)),
        hashTree("dot's inode", "entry at byte 0", i -> i.put32(hashRoot(i), -1)),
        hashTree("leaf", "rec_len 0", i -> i.put16(hashLeaf(i) + 4, 0)));
  }

  private static Damage hashTree(String name, String message, Consumer<ImageEditor> edit) {
    return damage(name, Fixture.EXT2, MANY, message, edit);
  }

  private static long hashRoot(ImageEditor image) {
    return image.fileBlock(MANY, 0);
  }

  private static long hashNode(ImageEditor image) {
    return image.fileBlock(MANY, image.get32(hashRoot(image) + 0x24));
  }

  private static long hashLeaf(ImageEditor image) {
    return image.fileBlock(MANY, image.get32(hashNode(image) + 0x0c));
  }

  @ParameterizedTest
  @MethodSource({
    "checksums",
    "superblocks",
    "inodes",
    "extents",
    "indirectBlocks",
    "directories",
    "hashTrees"
  })
  void damageIsNamed(Damage damage, @TempDir Path directory) throws IOException {
    Tool.DEBUGFS.assumePresent();
    ImageEditor image = ImageEditor.of(damage.fixture().copyTo(directory.resolve("image")));
    readAll(image.image(), damage.path());

    damage.edit().accept(image);

    assertThatThrownBy(() -> readAll(image.image(), damage.path()))
        .isInstanceOf(Ext4CorruptedException.class)
        .hasMessageContaining(damage.message());
  }

  private static void readAll(Path image, String path) throws Ext4Exception {
    try (MountedImage mounted = MountedImage.of(image)) {
      Everything.readBelow(mounted.ext4(), Ext4Path.of(path));
    }
  }

  @Test
  void cycleOfIndirectBlocksEnds(@TempDir Path directory) throws IOException {
    ImageEditor image = ImageEditor.of(Fixture.EXT2.copyTo(directory.resolve("image")));
    int doubleIndirect = image.get32(image.blockArea(SPARSE) + 13 * 4);
    for (int i = 0; i < 256; i++) {
      image.put32((long) doubleIndirect * image.blockSize() + i * 4L, doubleIndirect);
    }

    readAll(image.image(), SPARSE);

    try (MountedImage mounted = MountedImage.of(image.image())) {
      long inode = mounted.ext4().stat(Ext4Path.of(SPARSE)).inode();
      assertThatThrownBy(() -> mounted.ext4().mapping(inode))
          .isInstanceOf(Ext4CorruptedException.class)
          .hasMessageContaining("more blocks than the filesystem");
    }
  }

  @Test
  void directoryThatContainsItsParentEndsTheWalk(@TempDir Path directory) throws IOException {
    ImageEditor image = ImageEditor.of(Fixture.EXT2.copyTo(directory.resolve("image")));
    int parent = image.get32(image.record("/nested/a/b", 0));
    image.put32(image.record("/nested/a/b/c", 2), parent);

    assertThatThrownBy(() -> readAll(image.image(), "/nested"))
        .isInstanceOf(Ext4CorruptedException.class)
        .hasMessageContaining("lies at /nested/a/b/c/d, but its parent is another directory");
    assertThatThrownBy(() -> readAll(image.image(), "/nested/a/b"))
        .isInstanceOf(Ext4CorruptedException.class)
        .hasMessageContaining("was visited before");
  }

  @Test
  void unsupportedFeaturesAreRefusedByName(@TempDir Path directory) {
    ImageEditor image = ImageEditor.of(Fixture.EXT3.copyTo(directory.resolve("image")));
    long incompat = image.superblock() + 0x60;
    int sound = image.get32(incompat);
    refused(image, incompat, sound | 0x1, "compression");
    refused(image, incompat, sound | 0x8, "journal_dev");
    refused(image, incompat, sound | 0x8000, "inline_data");
    refused(image, incompat, sound | 0x1_0000, "encrypt");
    refused(image, incompat, sound | 0x2_0000, "casefold");
    refused(image, incompat, sound | 0x8000_0000, "incompatible feature 0x80000000");
    image.put32(incompat, sound);
    refused(image, image.superblock() + 0xe0, 0, "external journal");
  }

  private static void refused(ImageEditor image, long offset, int value, String message) {
    image.put32(offset, value);
    assertThatThrownBy(() -> readAll(image.image(), "/"))
        .isInstanceOf(Ext4UnsupportedException.class)
        .hasMessageStartingWith(message);
  }

  @Test
  void unknownCompatibleFeaturesDoNotKeepFromReading(@TempDir Path directory) throws IOException {
    ImageEditor image = ImageEditor.of(Fixture.EXT3.copyTo(directory.resolve("image")));
    long compat = image.superblock() + 0x5c;
    long roCompat = image.superblock() + 0x64;
    image.put32(compat, image.get32(compat) | 0x4000_0000);
    image.put32(roCompat, image.get32(roCompat) | 0x4000_0000);

    readAll(image.image(), "/");

    try (MountedImage mounted = MountedImage.of(image.image())) {
      assertThat(mounted.ext4().superblock().features().toString())
          .contains("COMPAT:0x40000000", "RO_COMPAT:0x40000000", "has_journal");
    }
  }

  @Test
  void imageThatIsCutOffIsRefused(@TempDir Path directory) throws IOException {
    Path image = Fixture.EXT4_1K.copyTo(directory.resolve("image"));
    try (FileChannel channel = FileChannel.open(image, StandardOpenOption.WRITE)) {
      channel.truncate(channel.size() / 2);
    }

    assertThatThrownBy(() -> MountedImage.of(image))
        .isInstanceOf(Ext4CorruptedException.class)
        .hasMessageContaining("is the image cut off?");
  }

  @Test
  void fileThatIsTooShortForASuperblockIsRefused(@TempDir Path directory) throws IOException {
    Path image = Files.write(directory.resolve("image"), new byte[1536]);

    assertThatThrownBy(() -> MountedImage.of(image))
        .isInstanceOf(Ext4CorruptedException.class)
        .hasMessageContaining("is the image cut off?");
  }
}
