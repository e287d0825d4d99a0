package dev.ringside.ext4.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.EnumMap;
import java.util.Map;
import java.util.zip.GZIPInputStream;

/** The committed images; images/README.md says what each is for. */
public enum Fixture {
  EXT4_1K("ext4-1k", "tree"),
  EXT4_2K("ext4-2k", "tree"),
  EXT4_4K("ext4-4k", "tree"),
  EXT4_SEED_ORPHAN("ext4-seed-orphan", "tree"),
  EXT2("ext2", "tree"),
  EXT3("ext3", "tree"),
  UNINIT_BG("uninit-bg", "tree"),
  DEEP_EXTENTS("deep-extents", "tree"),
  HASH_TEA("hash-tea", "tree"),
  HASH_LEGACY("hash-legacy", "tree"),
  HASH_UNSIGNED("hash-unsigned", "tree"),
  KERNEL_1K("kernel-1k", "kernel"),
  LARGE_DIR("large-dir", "large-dir");

  private static final Map<Fixture, Path> UNPACKED = new EnumMap<>(Fixture.class);

  private final String image;
  private final String manifest;

  Fixture(String image, String manifest) {
    this.image = image;
    this.manifest = manifest;
  }

  private static Path directory() {
    return Path.of(System.getProperty("ringside.root"), "images", "fixtures");
  }

  /** The image, unpacked once for all tests, which must not write to it. */
  public Path path() {
    return UNPACKED.computeIfAbsent(this, Fixture::unpack);
  }

  private Path unpack() {
    try {
      Path file = Files.createTempFile("ringside-" + image, ".img");
      file.toFile().deleteOnExit();
      return unpackTo(file, image);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /**
   * Unpacks an image that has no manifest, one that was not unmounted.
   *
   * @param image its name without the suffix
   */
  public static Path unpackTo(Path file, String image) {
    try (InputStream packed = open(image + ".img.gz")) {
      Files.copy(packed, file, StandardCopyOption.REPLACE_EXISTING);
      return file;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** A copy of the image that a test may damage. */
  public Path copyTo(Path file) {
    try {
      return Files.copy(path(), file, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** What the image holds. */
  public Manifest manifest() {
    try (InputStream packed = open(manifest + ".manifest.gz")) {
      return Manifest.parse(packed);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static InputStream open(String name) throws IOException {
    return new GZIPInputStream(Files.newInputStream(directory().resolve(name)));
  }
}
