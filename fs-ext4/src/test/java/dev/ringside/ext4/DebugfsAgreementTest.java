package dev.ringside.ext4;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.ByteString;
import dev.ringside.ext4.format.DirectoryEntry;
import dev.ringside.ext4.format.FileType;
import dev.ringside.ext4.format.InodeFlag;
import dev.ringside.ext4.mapping.IoMap;
import dev.ringside.ext4.testing.Fixture;
import dev.ringside.ext4.testing.MountedImage;
import dev.ringside.ext4.testing.Tool;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** debugfs reads the same image and must say the same about it. */
final class DebugfsAgreementTest {
  private static final Pattern ENTRY =
      Pattern.compile("/(\\d+)/(\\d+)/(\\d+)/(\\d+)/([^/]*)/(\\d*)/\n");
  private static final Pattern STAT =
      Pattern.compile(
          "Inode: (\\d+) +Type: .*?Mode: +(\\d+) +Flags: 0x(\\w+)\n"
              + "Generation: (\\d+).*?User: +(\\d+) +Group: +(\\d+) .*?Size: (\\d+)\n"
              + ".*?Links: (\\d+) +Blockcount: (\\d+)\n"
              + ".*? ctime: 0x(\\w+)(?::(\\w+))? -- .*?"
              + " atime: 0x(\\w+)(?::(\\w+))? -- .*?"
              + " mtime: 0x(\\w+)(?::(\\w+))? -- [^\n]*\n(?:crtime: 0x(\\w+):(\\w+) -- )?",
          Pattern.DOTALL);
  private static final Pattern EXTENT =
      Pattern.compile(
          " *(\\d+)/ *(\\d+) +\\d+/ *\\d+ +(\\d+) - +(\\d+) +(\\d+) - +(\\d+) +\\d+ *(Uninit)?");
  private static final Pattern BLOCK_RANGE = Pattern.compile("\\((\\d+)(?:-(\\d+))?\\):(\\d+)");

  private record Listed(long inode, int mode, long uid, long gid, long size) {}

  private record Statted(
      long inode,
      int permissions,
      long generation,
      long uid,
      long gid,
      long size,
      int links,
      long sectors,
      Instant changed,
      Instant accessed,
      Instant modified,
      String created) {}

  private record Run(long first, long end, long block, boolean unwritten) {}

  @ParameterizedTest
  @EnumSource(Fixture.class)
  void listingsAreTheSame(Fixture fixture) throws Ext4Exception {
    try (MountedImage image = MountedImage.of(fixture)) {
      for (long inode : inodesOf(image.ext4()).keySet()) {
        if (image.ext4().stat(inode).type() == FileType.DIRECTORY) {
          assertThat(ourListing(image.ext4(), inode)).isEqualTo(theirListing(fixture, inode));
        }
      }
    }
  }

  private static SortedMap<ByteString, Listed> ourListing(Ext4 ext4, long directory)
      throws Ext4Exception {
    SortedMap<ByteString, Listed> listing = new TreeMap<>();
    Ext4Directory open = ext4.openDirectory(directory);
    for (DirectoryEntry entry = open.next(); entry != null; entry = open.next()) {
      FileStat stat = ext4.stat(entry.inode());
      assertThat(entry.type()).contains(stat.type());
      int mode = Integer.parseInt(typeDigits(stat.type()), 8) | stat.permissions();
      long size = stat.type() == FileType.DIRECTORY ? 0 : stat.size();
      listing.put(entry.name(), new Listed(entry.inode(), mode, stat.uid(), stat.gid(), size));
    }
    return listing;
  }

  private static String typeDigits(FileType type) {
    return switch (type) {
      case FIFO -> "010000";
      case CHARACTER_DEVICE -> "020000";
      case DIRECTORY -> "040000";
      case BLOCK_DEVICE -> "060000";
      case REGULAR -> "100000";
      case SYMLINK -> "120000";
      case SOCKET -> "140000";
    };
  }

  private static SortedMap<ByteString, Listed> theirListing(Fixture fixture, long directory) {
    SortedMap<ByteString, Listed> listing = new TreeMap<>();
    String output = Tool.DEBUGFS.run("-R", "ls -p <" + directory + ">", fixture.path());
    Matcher entry = ENTRY.matcher(output);
    while (entry.find()) {
      // Free room has an inode of zero and, to debugfs, an empty name.
      if (entry.group(5).isEmpty()) {
        continue;
      }
      listing.put(
          ByteString.of(entry.group(5).getBytes(StandardCharsets.ISO_8859_1)),
          new Listed(
              Long.parseLong(entry.group(1)),
              Integer.parseInt(entry.group(2), 8),
              Long.parseLong(entry.group(3)),
              Long.parseLong(entry.group(4)),
              entry.group(6).isEmpty() ? 0 : Long.parseLong(entry.group(6))));
    }
    return listing;
  }

  @ParameterizedTest
  @EnumSource(Fixture.class)
  void inodesAreTheSame(Fixture fixture, @TempDir Path directory) throws IOException {
    try (MountedImage image = MountedImage.of(fixture)) {
      Map<Long, FileStat> inodes = inodesOf(image.ext4());
      List<Statted> ours = inodes.values().stream().map(DebugfsAgreementTest::ourStat).toList();

      assertThat(ours)
          .isEqualTo(theirStats(fixture, inodes.keySet(), directory.resolve("commands")));
    }
  }

  private static Statted ourStat(FileStat stat) {
    return new Statted(
        stat.inode(),
        stat.permissions(),
        Integer.toUnsignedLong(stat.generation()),
        stat.uid(),
        stat.gid(),
        stat.size(),
        stat.links(),
        stat.sectors(),
        stat.changed(),
        stat.accessed(),
        stat.modified(),
        stat.created().map(Instant::toString).orElse("-"));
  }

  private static List<Statted> theirStats(Fixture fixture, Iterable<Long> inodes, Path commands)
      throws IOException {
    StringBuilder text = new StringBuilder();
    for (long inode : inodes) {
      text.append("stat <").append(inode).append(">\n");
    }
    Files.writeString(commands, text);
    List<Statted> stats = new ArrayList<>();
    Matcher stat = STAT.matcher(Tool.DEBUGFS.run("-f", commands, fixture.path()));
    while (stat.find()) {
      stats.add(
          new Statted(
              Long.parseLong(stat.group(1)),
              Integer.parseInt(stat.group(2), 8),
              Long.parseLong(stat.group(4)),
              Long.parseLong(stat.group(5)),
              Long.parseLong(stat.group(6)),
              Long.parseLong(stat.group(7)),
              Integer.parseInt(stat.group(8)),
              Long.parseLong(stat.group(9)),
              time(stat.group(10), stat.group(11)),
              time(stat.group(12), stat.group(13)),
              time(stat.group(14), stat.group(15)),
              stat.group(16) == null ? "-" : time(stat.group(16), stat.group(17)).toString()));
    }
    return stats;
  }

  private static Instant time(String seconds, String extra) {
    long bits = extra == null ? 0 : Long.parseLong(extra, 16);
    return Instant.ofEpochSecond(Integer.parseUnsignedInt(seconds, 16), bits >> 2)
        .plusSeconds((bits & 3) << 32);
  }

  @ParameterizedTest
  @EnumSource(Fixture.class)
  void mappingsAreTheSame(Fixture fixture) throws Ext4Exception {
    try (MountedImage image = MountedImage.of(fixture)) {
      for (FileStat stat : inodesOf(image.ext4()).values()) {
        if (stat.type() == FileType.REGULAR) {
          assertThat(ourRuns(image.ext4(), stat))
              .as("inode %d", stat.inode())
              .isEqualTo(theirRuns(fixture, stat));
        }
      }
    }
  }

  private static List<Run> ourRuns(Ext4 ext4, FileStat stat) throws Ext4Exception {
    List<Run> runs = new ArrayList<>();
    Ext4File file = ext4.open(stat.inode());
    long end = Math.ceilDiv(stat.size(), (long) ext4.superblock().blockSize());
    long next = 0;
    while (next < end) {
      IoMap map = file.map(next);
      switch (map) {
        case IoMap.Mapped(long first, long count, long block) ->
            add(runs, stat, new Run(first, first + count, block, false));
        case IoMap.Unwritten(long first, long count, long block) ->
            add(runs, stat, new Run(first, first + count, block, true));
        case IoMap.Hole _ -> {}
      }
      next = map.end();
    }
    return runs;
  }

  /** Indirect blocks keep runs apart that continue each other; debugfs joins them. */
  private static void add(List<Run> runs, FileStat stat, Run run) {
    if (!runs.isEmpty() && !stat.flags().contains(InodeFlag.EXTENTS)) {
      Run last = runs.getLast();
      if (last.end() == run.first() && last.block() + last.end() - last.first() == run.block()) {
        runs.removeLast();
        runs.add(new Run(last.first(), run.end(), last.block(), false));
        return;
      }
    }
    runs.add(run);
  }

  private static List<Run> theirRuns(Fixture fixture, FileStat stat) {
    List<Run> runs = new ArrayList<>();
    if (stat.flags().contains(InodeFlag.EXTENTS)) {
      Matcher extent =
          EXTENT.matcher(Tool.DEBUGFS.run("-R", "ex <" + stat.inode() + ">", fixture.path()));
      while (extent.find()) {
        if (extent.group(1).equals(extent.group(2))) {
          runs.add(
              new Run(
                  Long.parseLong(extent.group(3)),
                  Long.parseLong(extent.group(4)) + 1,
                  Long.parseLong(extent.group(5)),
                  extent.group(7) != null));
        }
      }
    } else {
      Matcher range =
          BLOCK_RANGE.matcher(
              Tool.DEBUGFS.run("-R", "stat <" + stat.inode() + ">", fixture.path()));
      while (range.find()) {
        long first = Long.parseLong(range.group(1));
        long last = range.group(2) == null ? first : Long.parseLong(range.group(2));
        runs.add(new Run(first, last + 1, Long.parseLong(range.group(3)), false));
      }
    }
    return runs;
  }

  /** Every file that a path leads to, by inode number. */
  private static SortedMap<Long, FileStat> inodesOf(Ext4 ext4) throws Ext4Exception {
    SortedMap<Long, FileStat> inodes = new TreeMap<>();
    FileStat root = ext4.stat(Ext4Path.ROOT);
    inodes.put(root.inode(), root);
    TreeWalk walk = new TreeWalk(ext4, Ext4Path.ROOT);
    for (TreeWalk.Visit visit = walk.next(); visit != null; visit = walk.next()) {
      inodes.put(visit.stat().inode(), visit.stat());
    }
    return inodes;
  }
}
