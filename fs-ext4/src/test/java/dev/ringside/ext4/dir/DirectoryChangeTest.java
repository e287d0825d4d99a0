package dev.ringside.ext4.dir;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.ByteString;
import dev.ringside.ext4.format.DirectoryEntry;
import dev.ringside.ext4.format.FileType;
import dev.ringside.ext4.format.InodeFlag;
import dev.ringside.ext4.inode.InCoreInode;
import dev.ringside.ext4.journal.Handle;
import dev.ringside.ext4.testing.Tool;
import dev.ringside.ext4.testing.WritableImage;
import dev.ringside.machine.RandomStreams;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Names come and go by the thousand, in directories of every kind. */
final class DirectoryChangeTest {
  private static final long SEED = Long.getLong("ringside.seed", 20_261_120L);
  private static final String DIRECTORY = "/names";

  /**
   * A kind of filesystem.
   *
   * @param options of mke2fs
   * @param hash of {@code tune2fs -E hash_alg}, or nothing
   * @param unsigned whether names are hashed as unsigned bytes
   * @param changes how often a name is added or removed
   */
  record Kind(String name, List<String> options, String hash, boolean unsigned, int changes) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Kind> kinds() {
    return Stream.of(
        kind("1k", "-t ext4 -b 1024", "", 6000),
        kind("2k", "-t ext4 -b 2048", "", 6000),
        kind("4k", "-t ext4 -b 4096", "", 10_000),
        kind("64k", "-t ext4 -b 65536", "", 10_000),
        kind("without checksums", "-t ext4 -b 1024 -O ^metadata_csum", "", 6000),
        kind("linear", "-t ext4 -b 1024 -O ^dir_index", "", 3000),
        kind("linear without checksums", "-t ext4 -b 1024 -O ^dir_index,^metadata_csum", "", 3000),
        kind("untyped", "-t ext4 -b 1024 -O ^filetype", "", 3000),
        kind("ext2", "-t ext2 -b 1024", "", 6000),
        kind("tea", "-t ext4 -b 1024", "tea", 3000),
        kind("legacy", "-t ext4 -b 1024", "legacy", 3000),
        new Kind("unsigned", List.of("-t", "ext4", "-b", "1024"), "", true, 3000),
        new Kind("tea, unsigned", List.of("-t", "ext4", "-b", "1024"), "tea", true, 3000),
        new Kind("legacy, unsigned", List.of("-t", "ext4", "-b", "1024"), "legacy", true, 3000));
  }

  private static Kind kind(String name, String options, String hash, int changes) {
    return new Kind(name, List.of(options.split(" ", -1)), hash, false, changes);
  }

  /** An image with an empty directory and two files, of one name each. */
  private static Path image(Kind kind, Path directory) throws IOException {
    Path content = Files.createDirectories(directory.resolve("content"));
    Files.createDirectories(content.resolve("names"));
    Files.writeString(content.resolve("one"), "one");
    Files.writeString(content.resolve("other"), "other");
    Path image = directory.resolve("image");
    List<Object> arguments = new ArrayList<>(List.of("-q", "-F", "-O", "^has_journal"));
    arguments.addAll(kind.options());
    arguments.addAll(List.of("-d", content, image, "64M"));
    Tool.MKE2FS.run(arguments.toArray());
    if (!kind.hash().isEmpty()) {
      Tool.TUNE2FS.run("-E", "hash_alg=" + kind.hash(), image);
    }
    if (kind.unsigned()) {
      Tool.DEBUGFS.run("-w", "-R", "ssv flags 2", image);
    }
    return image;
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void namesAreThoseOfTheModel(Kind kind, @TempDir Path directory) throws IOException {
    Path path = image(kind, directory);
    RandomGenerator random = new RandomStreams(SEED).stream(kind.name());
    NavigableMap<ByteString, Long> model = new TreeMap<>();
    WritableImage image = WritableImage.of(path);
    Names names = new Names(image);
    for (int change = 0; change < kind.changes(); change++) {
      // More names come than go, then more go than come.
      boolean growing = change < kind.changes() * 2 / 3;
      if (model.isEmpty() || random.nextInt(4) != 0 == growing) {
        ByteString name = randomName(random);
        if (model.containsKey(name)) {
          names.replace(name, model.get(name), model);
        } else {
          names.add(name, random.nextBoolean(), model);
        }
      } else {
        names.remove(randomNameIn(model, random), model);
      }
      if (change % 997 == 0) {
        names.check(model);
      }
    }
    names.check(model);
    boolean indexed = !kind.name().startsWith("linear");
    assertThat(image.file(DIRECTORY).inode().has(InodeFlag.INDEX)).isEqualTo(indexed);
    names.setLinks(model);
    image.closeSound();

    assertThat(listed(path)).isEqualTo(asListed(model));
  }

  private static ByteString randomNameIn(
      NavigableMap<ByteString, Long> model, RandomGenerator random) {
    ByteString name = model.ceilingKey(randomName(random));
    return name == null ? model.firstKey() : name;
  }

  private static ByteString randomName(RandomGenerator random) {
    int length = random.nextInt(8) == 0 ? random.nextInt(1, 256) : random.nextInt(3, 24);
    byte[] name = new byte[length];
    for (int i = 0; i < length; i++) {
      name[i] = (byte) (random.nextInt(8) == 0 ? 0xc3 : 'a' + random.nextInt(26));
    }
    return ByteString.of(name);
  }

  /** What debugfs lists: names, with their inodes. */
  private static Map<String, Long> listed(Path image) {
    Map<String, Long> listed = new TreeMap<>();
    for (String line : Tool.DEBUGFS.run("-R", "ls -p " + DIRECTORY, image).split("\n", -1)) {
      String[] fields = line.split("/", -1);
      if (fields.length > 5 && !fields[1].equals("0") && !fields[5].startsWith(".")) {
        listed.put(fields[5], Long.valueOf(fields[1]));
      }
    }
    return listed;
  }

  private static Map<String, Long> asListed(Map<ByteString, Long> model) {
    return model.entrySet().stream()
        .collect(
            Collectors.toMap(
                entry -> new String(entry.getKey().toBytes(), StandardCharsets.ISO_8859_1),
                Map.Entry::getValue,
                (first, _) -> first,
                TreeMap::new));
  }

  /** The directory, whose names lead to two files. */
  private static final class Names {
    private final WritableImage image;
    private final InCoreInode one;
    private final InCoreInode other;
    private final Directory directory;

    Names(WritableImage image) throws Ext4Exception {
      this.image = image;
      this.one = image.file("/one");
      this.other = image.file("/other");
      this.directory = image.directory(DIRECTORY);
    }

    void add(ByteString name, boolean first, Map<ByteString, Long> model) throws Ext4Exception {
      long inode = first ? one.number() : other.number();
      assertThat(directory.lookup(name)).isNull();
      try (Handle handle = image.start()) {
        directory.add(handle, name, inode, FileType.REGULAR);
      }
      model.put(name, inode);
    }

    void remove(ByteString name, Map<ByteString, Long> model) throws Ext4Exception {
      try (Handle handle = image.start()) {
        directory.remove(handle, name);
      }
      assertThat(directory.lookup(name)).isNull();
      model.remove(name);
    }

    void replace(ByteString name, long old, Map<ByteString, Long> model) throws Ext4Exception {
      long inode = old == one.number() ? other.number() : one.number();
      try (Handle handle = image.start()) {
        directory.replace(handle, name, inode, FileType.REGULAR);
      }
      model.put(name, inode);
    }

    void check(Map<ByteString, Long> model) throws Ext4Exception {
      for (Directory seen : List.of(directory, image.directory(DIRECTORY))) {
        for (Map.Entry<ByteString, Long> expected : model.entrySet()) {
          DirectoryEntry entry = seen.lookup(expected.getKey());
          assertThat(entry == null ? null : entry.inode())
              .as("%s", expected.getKey())
              .isEqualTo(expected.getValue());
        }
        Map<ByteString, Long> listed = new TreeMap<>();
        List<DirectoryEntry> entries = new ArrayList<>();
        DirectoryCursor cursor = seen.cursor();
        while (cursor.next(entries)) {}
        for (DirectoryEntry entry : entries) {
          assertThat(listed.put(entry.name(), entry.inode())).isNull();
        }
        assertThat(listed.remove(ByteString.of("."))).isNotNull();
        assertThat(listed.remove(ByteString.of(".."))).isNotNull();
        assertThat(listed).isEqualTo(model);
        assertThat(seen.isEmpty()).isEqualTo(model.isEmpty());
      }
    }

    void setLinks(Map<ByteString, Long> model) throws Ext4Exception {
      try (Handle handle = image.start()) {
        for (InCoreInode file : List.of(one, other)) {
          long links = model.values().stream().filter(inode -> inode == file.number()).count();
          file.inode().setLinks(1 + (int) links);
          file.changed(handle);
        }
      }
    }
  }
}
