package dev.ringside.lab.cli;

import dev.ringside.ext4.Ext4;
import dev.ringside.ext4.Ext4Directory;
import dev.ringside.ext4.Ext4Path;
import dev.ringside.ext4.FileStat;
import dev.ringside.ext4.format.ByteString;
import dev.ringside.ext4.format.DirectoryEntry;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code ringside ls}: a directory of an image, as a long listing in the order of the names, which
 * takes as much memory as the directory has names.
 */
@Command(
    name = "ls",
    description = "List a directory of an ext2, ext3 or ext4 image. Times are in UTC.",
    mixinStandardHelpOptions = true)
final class LsCommand implements Callable<Integer> {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss").withZone(ZoneOffset.UTC);
  private static final ByteString DOT = ByteString.of(".");
  private static final ByteString DOT_DOT = ByteString.of("..");

  @Mixin private final ImageArguments where = new ImageArguments();

  @Mixin private final JsonLines json = new JsonLines();

  @Option(
      names = {"-a", "--all"},
      description = "List . and .. too.")
  private boolean all;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    where.open(this::list);
    return 0;
  }

  private void list(Ext4 ext4) throws IOException {
    List<Line> lines = new ArrayList<>();
    FileStat start = ext4.lstat(where.path);
    switch (start.type()) {
      case DIRECTORY -> addEntries(ext4, lines);
      case FIFO, CHARACTER_DEVICE, BLOCK_DEVICE, REGULAR, SYMLINK, SOCKET ->
          lines.add(line(ext4, where.path.text(), where.path, start.inode()));
    }
    lines.sort(Comparator.comparing(Line::name));
    PrintWriter out = spec.commandLine().getOut();
    json.write(
        out,
        sink -> {
          for (Line line : lines) {
            sink.line(line.file()::writeTo);
          }
        });
    if (!json.takesStandardOutput()) {
      print(lines, out);
    }
  }

  private void addEntries(Ext4 ext4, List<Line> lines) throws IOException {
    Ext4Directory directory = ext4.openDirectory(where.path);
    for (DirectoryEntry entry = directory.next(); entry != null; entry = directory.next()) {
      ByteString name = entry.name();
      if (all || !(name.equals(DOT) || name.equals(DOT_DOT))) {
        lines.add(line(ext4, name, where.path.resolve(name), entry.inode()));
      }
    }
  }

  private static Line line(Ext4 ext4, ByteString name, Ext4Path path, long inode)
      throws IOException {
    return new Line(name, FileFields.of(ext4, path, inode));
  }

  /** One line of the listing. */
  private record Line(ByteString name, FileFields file) {
    FileStat stat() {
      return file.stat();
    }

    String size() {
      return switch (stat().type()) {
        case BLOCK_DEVICE, CHARACTER_DEVICE ->
            stat().device().major() + ", " + stat().device().minor();
        case FIFO, DIRECTORY, REGULAR, SYMLINK, SOCKET -> Long.toString(stat().size());
      };
    }
  }

  private static void print(List<Line> lines, PrintWriter out) {
    int inode = width(lines, line -> Long.toString(line.stat().inode()));
    int links = width(lines, line -> Integer.toString(line.stat().links()));
    int uid = width(lines, line -> Long.toString(line.stat().uid()));
    int gid = width(lines, line -> Long.toString(line.stat().gid()));
    int size = width(lines, Line::size);
    String format = "%%s %%%dd %%%dd %%%dd %%%dd %%%ds %%s %%s%%s%%n";
    String row = format.formatted(inode, links, uid, gid, size);
    for (Line line : lines) {
      FileStat stat = line.stat();
      out.printf(
          row,
          stat.modeString(),
          stat.inode(),
          stat.links(),
          stat.uid(),
          stat.gid(),
          line.size(),
          TIME.format(stat.modified()),
          line.name(),
          line.file().arrow());
    }
  }

  private static int width(List<Line> lines, Function<Line, String> column) {
    return lines.stream().map(column).mapToInt(String::length).max().orElse(1);
  }
}
