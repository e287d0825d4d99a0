package dev.ringside.ext4;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.ByteString;
import dev.ringside.ext4.format.FileType;
import dev.ringside.ext4.testing.Fixture;
import dev.ringside.ext4.testing.Manifest;
import dev.ringside.ext4.testing.MountedImage;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every image holds what it was made from: paths, types, modes, sizes, times and content. */
final class ManifestTest {
  private static final ByteString LOST_AND_FOUND = ByteString.of("/lost+found");

  @ParameterizedTest
  @EnumSource(Fixture.class)
  void wholeTreeEqualsTheManifest(Fixture fixture) throws Ext4Exception {
    try (MountedImage image = MountedImage.of(fixture)) {
      assertThat(walk(image.ext4())).isEqualTo(fixture.manifest().files());
    }
  }

  /** {@link #wholeTreeEqualsTheManifest} is only worth what the images hold. */
  @Test
  void imagesReachTheDeepestMappings() throws Ext4Exception {
    assertThat(mapping(Fixture.DEEP_EXTENTS, "/files/fragmented").depth()).isEqualTo(4);
    assertThat(mapping(Fixture.DEEP_EXTENTS, "/files/large").depth()).isEqualTo(5);
    assertThat(mapping(Fixture.EXT2, "/files/sparse").depth()).isEqualTo(3);
    assertThat(mapping(Fixture.KERNEL_1K, "/files/unwritten").unwrittenBlocks()).isEqualTo(200);
    assertThat(mapping(Fixture.KERNEL_1K, "/files/punched").extents()).isEqualTo(200);
  }

  private static MappingSummary mapping(Fixture fixture, String path) throws Ext4Exception {
    try (MountedImage image = MountedImage.of(fixture)) {
      return image.ext4().mapping(image.ext4().stat(Ext4Path.of(path)).inode());
    }
  }

  private static SortedMap<ByteString, Manifest.Line> walk(Ext4 ext4) throws Ext4Exception {
    SortedMap<ByteString, Manifest.Line> files = new TreeMap<>();
    TreeWalk walk = new TreeWalk(ext4, Ext4Path.ROOT);
    for (TreeWalk.Visit visit = walk.next(); visit != null; visit = walk.next()) {
      if (!visit.path().text().equals(LOST_AND_FOUND)) {
        files.put(visit.path().text(), describe(ext4, visit));
      }
    }
    return files;
  }

  private static Manifest.Line describe(Ext4 ext4, TreeWalk.Visit visit) throws Ext4Exception {
    FileStat stat = ext4.lstat(visit.path());
    assertThat(stat).isEqualTo(visit.stat());
    String detail =
        switch (stat.type()) {
          case REGULAR -> MountedImage.digest(ext4.open(visit.path()));
          case SYMLINK -> ext4.readlink(visit.path()).toString();
          case BLOCK_DEVICE, CHARACTER_DEVICE ->
              stat.device().major() + ":" + stat.device().minor();
          case DIRECTORY, FIFO, SOCKET -> "-";
        };
    long size = stat.type() == FileType.DIRECTORY ? -1 : stat.size();
    return new Manifest.Line(stat.type(), stat.permissions(), size, stat.modified(), detail);
  }
}
