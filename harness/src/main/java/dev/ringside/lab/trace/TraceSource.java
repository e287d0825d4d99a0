package dev.ringside.lab.trace;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A trace that was found: its format and its files. It can be opened any number of times.
 *
 * <p>A file's format is what its first bytes say, whatever its name. Names count only where
 * blktrace itself lets them: {@code <prefix>.blktrace.<cpu>} are the parts of one trace.
 *
 * @param format how to read it
 * @param files its parts in the order of processors; one when it is in one piece
 */
public record TraceSource(TraceFormat format, List<Path> files) {
  private static final Pattern PER_CPU_NAME = Pattern.compile("(.+)\\.blktrace\\.(\\d{1,6})");
  private static final int HEAD_SIZE = 4096;
  private static final int EXCERPT_LENGTH = 60;

  public TraceSource {
    files = List.copyOf(files);
  }

  /**
   * Finds the trace at a path. The path may be
   *
   * <ul>
   *   <li>a directory that holds one trace; binary files go before a text of the same run;
   *   <li>what the names of per-processor files begin with: {@code w2} for {@code w2.blktrace.0};
   *   <li>one per-processor file, which then is the whole trace;
   *   <li>a merged dump, or a text.
   * </ul>
   *
   * @throws TraceFormatException when there is no trace, or more than one
   * @throws NoSuchFileException when there is nothing at all
   */
  public static TraceSource at(Path path) throws IOException {
    if (Files.isDirectory(path)) {
      return inDirectory(path);
    }
    if (Files.exists(path)) {
      return ofFile(path);
    }
    Path directory = path.toAbsolutePath().getParent();
    Path name = path.getFileName();
    if (directory != null && name != null && Files.isDirectory(directory)) {
      List<Path> parts = perCpuFiles(directory).get(name.toString());
      if (parts != null) {
        return new TraceSource(TraceFormat.BLKTRACE, parts);
      }
    }
    throw new NoSuchFileException(path.toString());
  }

  private static TraceSource inDirectory(Path directory) throws IOException {
    Map<String, List<Path>> perCpu = perCpuFiles(directory);
    if (perCpu.size() == 1) {
      return new TraceSource(TraceFormat.BLKTRACE, perCpu.values().iterator().next());
    }
    if (perCpu.size() > 1) {
      throw TraceFormatException.of(
          directory,
          "expected one trace, found those of %s; name one, such as %s"
              .formatted(
                  String.join(", ", perCpu.keySet()),
                  directory.resolve(perCpu.keySet().iterator().next())));
    }
    for (TraceFormat format : TraceFormat.values()) {
      List<Path> candidates = new ArrayList<>();
      for (Path file : regularFiles(directory)) {
        if (formatOf(file) == format) {
          candidates.add(file);
        }
      }
      if (candidates.size() > 1) {
        throw TraceFormatException.of(
            directory,
            "expected one trace, found %d files of %s; name one, such as %s"
                .formatted(candidates.size(), format.title(), candidates.getFirst()));
      }
      if (!candidates.isEmpty()) {
        return new TraceSource(format, candidates);
      }
    }
    throw TraceFormatException.of(
        directory, "expected a trace of blktrace or a text of blkparse in it, found neither");
  }

  private static TraceSource ofFile(Path file) throws IOException {
    TraceFormat format = formatOf(file);
    if (format == null) {
      throw TraceFormatException.of(
          file,
          "expected records of blktrace or text of blkparse, found "
              + describe(head(file), Files.size(file)));
    }
    return new TraceSource(format, List.of(file));
  }

  private static @Nullable TraceFormat formatOf(Path file) throws IOException {
    byte[] head = head(file);
    if (BlktraceFile.isMagic(ByteBuffer.wrap(head))) {
      return TraceFormat.BLKTRACE;
    }
    return BlkparseTextReader.isEvent(firstLine(head)) ? TraceFormat.BLKPARSE_TEXT : null;
  }

  private static byte[] head(Path file) throws IOException {
    try (InputStream input = Files.newInputStream(file)) {
      return input.readNBytes(HEAD_SIZE);
    }
  }

  private static String firstLine(byte[] head) {
    return new String(head, StandardCharsets.ISO_8859_1)
        .lines()
        .filter(line -> !BlkparseTextReader.isChatter(line))
        .findFirst()
        .orElse("");
  }

  private static String describe(byte[] head, long size) {
    if (size == 0) {
      return "an empty file";
    }
    String line = firstLine(head);
    return line.chars().allMatch(c -> c == '\t' || (c >= ' ' && c < 0x7f))
        ? "\"" + excerpt(line) + "\""
        : "other binary data";
  }

  /** The start of a text, fit to stand in a message of one line. */
  static String excerpt(String text) {
    String printable = text.strip().replaceAll("[^ -~]", "?");
    return printable.length() <= EXCERPT_LENGTH
        ? printable
        : printable.substring(0, EXCERPT_LENGTH) + "...";
  }

  /** The files with per-processor names, by prefix, each list in the order of processors. */
  private static Map<String, List<Path>> perCpuFiles(Path directory) throws IOException {
    Map<String, List<Path>> byPrefix = new TreeMap<>();
    for (Path file : regularFiles(directory)) {
      Matcher matcher = perCpuName(file);
      if (matcher.matches()) {
        byPrefix.computeIfAbsent(matcher.group(1), prefix -> new ArrayList<>()).add(file);
      }
    }
    for (List<Path> files : byPrefix.values()) {
      files.sort(Comparator.comparingInt(TraceSource::cpuOf));
    }
    return byPrefix;
  }

  private static int cpuOf(Path file) {
    Matcher matcher = perCpuName(file);
    return matcher.matches() ? Integer.parseInt(matcher.group(2)) : 0;
  }

  private static Matcher perCpuName(Path file) {
    return PER_CPU_NAME.matcher(String.valueOf(file.getFileName()));
  }

  private static List<Path> regularFiles(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.filter(Files::isRegularFile).sorted().toList();
    }
  }

  /** Opens the trace at its start. */
  public TraceReader open() throws IOException {
    return format.open(files);
  }

  /** The format and how many files, for reports. */
  @Override
  public String toString() {
    return files.size() == 1
        ? "%s, %s".formatted(format.title(), files.getFirst())
        : "%s, %s and %d more".formatted(format.title(), files.getFirst(), files.size() - 1);
  }
}
