package dev.ringside.ext4;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.ByteString;
import dev.ringside.ext4.format.DirectoryEntry;
import dev.ringside.ext4.format.DirectoryHash;
import dev.ringside.ext4.format.HashVersion;
import dev.ringside.ext4.format.InodeFlag;
import dev.ringside.ext4.format.Superblock;
import dev.ringside.ext4.testing.Fixture;
import dev.ringside.ext4.testing.ImageEditor;
import dev.ringside.ext4.testing.MountedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** A directory of 5,000 names is searched through its hash tree. */
final class HashedLookupTest {
  private static final Ext4Path MANY = Ext4Path.of("/many");
  private static final int NAMES = 5000;
  private static final int FIRST_ROOT_BLOCK = 0x24;
  private static final int SECOND_NODE_ENTRY = 0x10;

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "LARGE_DIR")
  void findsEachNameAndNoOther(Fixture fixture) throws Ext4Exception {
    try (MountedImage image = MountedImage.of(fixture)) {
      Ext4 ext4 = image.ext4();
      assertThat(ext4.stat(MANY).flags()).contains(InodeFlag.INDEX);
      Map<String, Long> listed = list(ext4);
      assertThat(listed).hasSize(NAMES);

      for (int i = 0; i < NAMES; i++) {
        String name = "directory-entry-%05d".formatted(i);
        assertThat(ext4.lstat(Ext4Path.of("/many/" + name)).inode()).isEqualTo(listed.get(name));
      }
      for (int i = NAMES; i < NAMES + 1000; i++) {
        Ext4Path absent = Ext4Path.of("/many/directory-entry-%05d".formatted(i));
        assertThatThrownBy(() -> ext4.lstat(absent))
            .isInstanceOfSatisfying(
                Ext4Exception.class,
                failure -> assertThat(failure.errno()).isEqualTo(Errno.ENOENT));
      }
    }
  }

  private static Map<String, Long> list(Ext4 ext4) throws Ext4Exception {
    Map<String, Long> listed = new HashMap<>();
    Ext4Directory directory = ext4.openDirectory(MANY);
    for (DirectoryEntry entry = directory.next(); entry != null; entry = directory.next()) {
      String name = entry.name().toString();
      if (!name.startsWith(".")) {
        assertThat(listed.put(name, entry.inode())).as(name).isNull();
      }
    }
    return listed;
  }

  @Test
  void readsThreeBlocksOfTheDirectoryForOneName() throws Ext4Exception {
    try (MountedImage image = MountedImage.of(Fixture.EXT4_1K)) {
      Ext4 ext4 = image.ext4();
      ext4.stat(MANY);
      long before = ext4.cacheStats().misses();

      ext4.lstat(Ext4Path.of("/many/directory-entry-04321"));

      // At most: the root of the hash tree, a node and a leaf; a node of the extent tree; a block
      // of the inode table. The directory has more than 150.
      assertThat(ext4.stat(MANY).size()).isGreaterThan(150 * 1024);
      assertThat(ext4.cacheStats().misses() - before).isBetween(3L, 5L);
    }
  }

  @Test
  void goesOnToTheNextLeafWhenItContinuesTheHash(@TempDir Path directory) throws IOException {
    ImageEditor image = ImageEditor.of(Fixture.EXT2.copyTo(directory.resolve("image")));
    long root = image.fileBlock("/many", 0);
    long node = image.fileBlock("/many", image.get32(root + FIRST_ROOT_BLOCK));
    long secondLeaf = image.fileBlock("/many", image.get32(node + SECOND_NODE_ENTRY + 4));
    byte[] name = new byte["directory-entry-00000".length()];
    for (int i = 0; i < name.length; i++) {
      name[i] = (byte) image.get8(secondLeaf + 8 + i);
    }
    Ext4Path path = Ext4Path.of("/many").resolve(ByteString.of(name));
    int hash = hash(image.image(), ByteString.of(name));

    // The leaf says that it continues the very hash: a name of it can be there.
    image.put32(node + SECOND_NODE_ENTRY, hash | 1);
    assertThat(lookup(image.image(), path)).isPositive();

    // It starts at the hash after that: no name of this hash can be there.
    image.put32(node + SECOND_NODE_ENTRY, (hash + 2) | 1);
    assertThatThrownBy(() -> lookup(image.image(), path))
        .isInstanceOfSatisfying(
            Ext4Exception.class, failure -> assertThat(failure.errno()).isEqualTo(Errno.ENOENT));
  }

  private static int hash(Path image, ByteString name) throws Ext4Exception {
    try (MountedImage mounted = MountedImage.of(image)) {
      Superblock superblock = mounted.ext4().superblock();
      return DirectoryHash.of(
              name, HashVersion.HALF_MD4, superblock.unsignedHash(), superblock.hashSeed())
          .major();
    }
  }

  private static long lookup(Path image, Ext4Path path) throws Ext4Exception {
    try (MountedImage mounted = MountedImage.of(image)) {
      return mounted.ext4().lstat(path).inode();
    }
  }
}
