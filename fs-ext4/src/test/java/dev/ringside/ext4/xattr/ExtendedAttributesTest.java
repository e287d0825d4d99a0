package dev.ringside.ext4.xattr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringside.ext4.access.Credentials;
import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.ByteString;
import dev.ringside.ext4.inode.InCoreInode;
import dev.ringside.ext4.journal.Handle;
import dev.ringside.ext4.testing.KernelMount;
import dev.ringside.ext4.testing.TestImage;
import dev.ringside.ext4.testing.Tool;
import dev.ringside.ext4.testing.WritableImage;
import dev.ringside.machine.RandomStreams;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Attributes that are set here are those that e2fsck, debugfs and the kernel find. */
final class ExtendedAttributesTest {
  private static final long SEED = Long.getLong("ringside.seed", 20_261_120L);
  private static final int FILES = 5;
  private static final Credentials USER = Credentials.of(1000, 1000);

  private static ByteString name(String text) {
    return ByteString.of(text);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static ExtendedAttributes attributes(WritableImage image) {
    AttributeStore store =
        new AttributeStore(
            image.superblock(),
            image.superblockUpdates(),
            image.cache(),
            image.allocation().blocks());
    return new ExtendedAttributes(store, new AccessLists(store));
  }

  private static void fails(Errno errno, ThrowingCallable operation) {
    assertThatThrownBy(operation)
        .isInstanceOfSatisfying(
            Ext4Exception.class, failure -> assertThat(failure.errno()).isEqualTo(errno));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-t ext4 -b 1024",
        "-t ext4 -b 4096",
        "-t ext4 -b 4096 -O ^metadata_csum",
        "-t ext4 -b 1024 -I 128",
        "-t ext4 -b 2048 -I 1024",
        "-t ext2 -b 1024 -O ^ext_attr"
      })
  void attributesAreThoseOfTheModel(String options, @TempDir Path directory) throws IOException {
    Path path =
        TestImage.make(directory.resolve("image"), "16M", options + " -O ^has_journal")
            .withFiles(FILES)
            .path();
    RandomGenerator random = new RandomStreams(SEED).stream(options);
    List<Map<String, byte[]>> models = new ArrayList<>();
    WritableImage image = WritableImage.of(path);
    ExtendedAttributes attributes = attributes(image);
    for (int file = 0; file < FILES; file++) {
      models.add(new TreeMap<>());
    }
    for (int change = 0; change < 3000; change++) {
      int file = random.nextInt(FILES);
      Map<String, byte[]> model = models.get(file);
      InCoreInode inode = image.file("/file" + file);
      String name = randomName(random);
      try (Handle handle = image.start()) {
        if (model.containsKey(name) && random.nextInt(3) == 0) {
          attributes.remove(handle, inode, name(name), Credentials.ROOT);
          model.remove(name);
        } else {
          byte[] value = randomValue(random);
          AttributeMode mode = List.of(AttributeMode.values()).get(random.nextInt(3));
          try {
            attributes.set(handle, inode, name(name), value, mode, Credentials.ROOT);
            model.put(name, value);
          } catch (Ext4Exception refused) {
            Errno expected =
                switch (mode) {
                  case ANY -> Errno.ENOSPC;
                  case CREATE -> model.containsKey(name) ? Errno.EEXIST : Errno.ENOSPC;
                  case REPLACE -> model.containsKey(name) ? Errno.ENOSPC : Errno.ENODATA;
                };
            assertThat(refused.errno()).isEqualTo(expected);
          }
        }
      }
      if (change % 300 == 0) {
        check(attributes, inode, model);
      }
    }
    for (int file = 0; file < FILES; file++) {
      check(attributes, image.file("/file" + file), models.get(file));
    }
    image.closeSound();

    for (int file = 0; file < FILES; file++) {
      assertThat(Tool.DEBUGFS.run("-R", "ea_list /file" + file, path).lines().count())
          .isEqualTo(models.get(file).isEmpty() ? 0 : models.get(file).size() + 1);
    }
    try (KernelMount mount = KernelMount.of(path)) {
      for (int file = 0; file < FILES; file++) {
        assertThat(seenByKernel(mount, "file" + file)).isEqualTo(inHex(models.get(file)));
      }
    }
  }

  private static String randomName(RandomGenerator random) {
    String prefix = List.of("user.", "user.", "trusted.", "security.").get(random.nextInt(4));
    return prefix + "n".repeat(random.nextInt(1, 5)) + random.nextInt(3);
  }

  /** Two files often have the same few values. */
  private static byte[] randomValue(RandomGenerator random) {
    byte[] value = new byte[random.nextInt(6) == 0 ? random.nextInt(400) : random.nextInt(20)];
    Arrays.fill(value, (byte) random.nextInt(2));
    return value;
  }

  private static void check(
      ExtendedAttributes attributes, InCoreInode inode, Map<String, byte[]> model)
      throws Ext4Exception {
    Map<String, byte[]> found = new TreeMap<>();
    for (ByteString name : attributes.list(inode.inode(), Credentials.ROOT)) {
      found.put(name.toString(), attributes.get(inode.inode(), name, Credentials.ROOT));
    }
    assertThat(inHex(found)).isEqualTo(inHex(model));
  }

  private static Map<String, String> inHex(Map<String, byte[]> values) {
    Map<String, String> hex = new TreeMap<>();
    values.forEach((name, value) -> hex.put(name, HexFormat.of().formatHex(value)));
    return hex;
  }

  private static Map<String, String> seenByKernel(KernelMount mount, String file) {
    String output =
        mount.python(
            """
            for name in os.listxattr('%1$s'):
              print(name, os.getxattr('%1$s', name).hex())
            """
                .formatted(file));
    Map<String, String> seen = new TreeMap<>();
    output
        .lines()
        .forEach(
            line -> {
              String[] words = line.split(" ", 2);
              seen.put(words[0], words[1]);
            });
    return seen;
  }

  @Test
  void equalAttributesShareABlockUntilOneChanges(@TempDir Path directory) throws IOException {
    Path path =
        TestImage.make(directory.resolve("image"), "16M", "-t ext4 -b 1024 -O ^has_journal")
            .withFiles(FILES)
            .path();
    byte[] value = new byte[300];
    WritableImage image = WritableImage.of(path);
    ExtendedAttributes attributes = attributes(image);
    long free = image.allocation().blocks().availableForMetadata();
    for (int file = 0; file < FILES; file++) {
      set(image, attributes, file, "user.common", value);
    }

    assertThat(blocks(image).stream().distinct()).hasSize(1);
    assertThat(image.file("/file1").inode().sectors()).isEqualTo(2);

    set(image, attributes, 2, "user.own", new byte[200]);

    List<Long> blocks = blocks(image);
    assertThat(blocks.stream().distinct()).hasSize(2);
    assertThat(blocks.get(2)).isNotEqualTo(blocks.get(1));
    assertThat(attributes.get(image.file("/file2").inode(), name("user.common"), Credentials.ROOT))
        .isEqualTo(value);

    try (Handle handle = image.start()) {
      attributes.remove(handle, image.file("/file2"), name("user.own"), Credentials.ROOT);
    }
    assertThat(blocks(image).stream().distinct()).hasSize(1);

    for (int file = 0; file < FILES; file++) {
      try (Handle handle = image.start()) {
        attributes.remove(
            handle, image.file("/file" + file), name("user.common"), Credentials.ROOT);
      }
    }
    assertThat(blocks(image)).containsOnly(0L);
    assertThat(image.file("/file1").inode().sectors()).isZero();
    image.closeSound();
    try (WritableImage again = WritableImage.of(path)) {
      assertThat(again.allocation().blocks().availableForMetadata()).isEqualTo(free);
    }
  }

  private static void set(
      WritableImage image, ExtendedAttributes attributes, int file, String name, byte[] value)
      throws Ext4Exception {
    try (Handle handle = image.start()) {
      attributes.set(
          handle,
          image.file("/file" + file),
          name(name),
          value,
          AttributeMode.ANY,
          Credentials.ROOT);
    }
  }

  private static List<Long> blocks(WritableImage image) throws Ext4Exception {
    List<Long> blocks = new ArrayList<>();
    for (int file = 0; file < FILES; file++) {
      blocks.add(image.file("/file" + file).inode().attributeBlock());
    }
    return blocks;
  }

  @Test
  void namespacesHaveTheirRules(@TempDir Path directory) throws IOException {
    Path path =
        TestImage.make(directory.resolve("image"), "16M", "-t ext4 -O ^has_journal")
            .withFiles(1)
            .path();
    WritableImage image = WritableImage.of(path);
    ExtendedAttributes attributes = attributes(image);
    InCoreInode file = image.file("/file0");
    file.inode().setPermissions(0600);
    try (Handle handle = image.start()) {
      file.changed(handle);
      for (String name : List.of("user.a", "trusted.a", "security.a")) {
        attributes.set(
            handle, file, name(name), bytes("value"), AttributeMode.CREATE, Credentials.ROOT);
      }
      fails(
          Errno.EACCES,
          () -> attributes.set(handle, file, name("user.a"), bytes("x"), AttributeMode.ANY, USER));
      for (String name : List.of("trusted.a", "security.a")) {
        fails(
            Errno.EPERM,
            () -> attributes.set(handle, file, name(name), bytes("x"), AttributeMode.ANY, USER));
      }
      fails(Errno.ENODATA, () -> attributes.remove(handle, file, name("user.b"), Credentials.ROOT));
    }
    fails(Errno.EACCES, () -> attributes.get(file.inode(), name("user.a"), USER));
    fails(Errno.ENODATA, () -> attributes.get(file.inode(), name("trusted.a"), USER));
    assertThat(attributes.get(file.inode(), name("security.a"), USER)).isEqualTo(bytes("value"));
    assertThat(attributes.list(file.inode(), USER))
        .containsExactlyInAnyOrder(name("user.a"), name("security.a"));
    image.closeSound();
  }
}
