package dev.ringside.lab.cli;

import dev.ringside.ext4.Ext4;
import dev.ringside.ext4.FileStat;
import dev.ringside.ext4.MappingSummary;
import dev.ringside.ext4.format.InodeFlag;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ringside stat}: everything that the inode of a file says, and how the file is mapped. */
@Command(
    name = "stat",
    description = "Print what an ext2, ext3 or ext4 image says about a file. Times are in UTC.",
    mixinStandardHelpOptions = true)
final class StatCommand implements Callable<Integer> {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.nnnnnnnnn").withZone(ZoneOffset.UTC);

  @Mixin private final ImageArguments where = new ImageArguments();

  @Mixin private final JsonLines json = new JsonLines();

  @Option(
      names = {"-L", "--dereference"},
      description = "Follow a symbolic link at the end of the path.")
  private boolean follow;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    where.open(this::report);
    return 0;
  }

  private void report(Ext4 ext4) throws IOException {
    FileStat found = follow ? ext4.stat(where.path) : ext4.lstat(where.path);
    FileFields file = FileFields.of(ext4, where.path, found.inode());
    MappingSummary mapping = ext4.mapping(found.inode());
    PrintWriter out = spec.commandLine().getOut();
    json.write(
        out,
        sink ->
            sink.line(
                fields -> {
                  file.writeTo(fields);
                  fields.writeNumberField("generation", Integer.toUnsignedLong(found.generation()));
                  fields.writeNumberField("extents", mapping.extents());
                  fields.writeNumberField("mapped_blocks", mapping.mappedBlocks());
                  fields.writeNumberField("unwritten_blocks", mapping.unwrittenBlocks());
                  fields.writeNumberField("mapping_depth", mapping.depth());
                  fields.writeNumberField("block_size_bytes", ext4.superblock().blockSize());
                }));
    if (!json.takesStandardOutput()) {
      print(file, mapping, ext4.superblock().blockSize(), out);
    }
  }

  private static void print(
      FileFields file, MappingSummary mapping, int blockSize, PrintWriter out) {
    FileStat stat = file.stat();
    line(out, "path", file.path() + file.arrow());
    line(out, "type", stat.type().name().toLowerCase(Locale.ROOT).replace('_', ' '));
    line(out, "mode", "%04o %s".formatted(stat.permissions(), stat.modeString()));
    line(out, "inode", stat.inode());
    line(out, "generation", Integer.toUnsignedLong(stat.generation()));
    line(out, "links", stat.links());
    line(out, "uid, gid", stat.uid() + ", " + stat.gid());
    switch (stat.type()) {
      case BLOCK_DEVICE, CHARACTER_DEVICE ->
          line(out, "device", stat.device().major() + ", " + stat.device().minor());
      case FIFO, DIRECTORY, REGULAR, SYMLINK, SOCKET ->
          line(out, "size", stat.size() + " bytes, " + stat.sectors() + " sectors on the disk");
    }
    line(out, "flags", flags(stat));
    line(
        out,
        "mapping",
        "%d extents, depth %d, %d blocks of %d bytes mapped, %d unwritten"
            .formatted(
                mapping.extents(),
                mapping.depth(),
                mapping.mappedBlocks(),
                blockSize,
                mapping.unwrittenBlocks()));
    line(out, "accessed", TIME.format(stat.accessed()));
    line(out, "modified", TIME.format(stat.modified()));
    line(out, "changed", TIME.format(stat.changed()));
    line(out, "created", stat.created().map(StatCommand::format).orElse("-"));
  }

  private static String format(Instant time) {
    return TIME.format(time);
  }

  private static String flags(FileStat stat) {
    String flags =
        stat.flags().stream()
            .map(InodeFlag::name)
            .map(name -> name.toLowerCase(Locale.ROOT))
            .collect(Collectors.joining(" "));
    return flags.isEmpty() ? "-" : flags;
  }

  private static void line(PrintWriter out, String label, Object value) {
    out.printf("%-11s %s%n", label, value);
  }
}
