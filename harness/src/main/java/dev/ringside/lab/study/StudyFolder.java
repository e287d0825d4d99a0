package dev.ringside.lab.study;

import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;

/**
 * The folder that a study leaves: written beside its place, and put there when it is whole. What
 * stands there is replaced only when it is a study's, too.
 *
 * @param place the folder's path
 */
public record StudyFolder(Path place) {
  /** By this file a study's folder is known. */
  static final String POINTS = "points.csv";

  private static final String JSON_LINES = "points.jsonl";

  /** What writes the files of a folder that is empty but for the tables. */
  @FunctionalInterface
  public interface Content {
    void writeTo(Path folder) throws IOException;
  }

  /** What is wrong with writing here, known before the study runs; empty when nothing is. */
  public String problem() {
    Path absolute = place.toAbsolutePath().normalize();
    if (Files.exists(absolute)) {
      if (!Files.isDirectory(absolute)) {
        return place + " exists and is no folder; name another place";
      }
      if (!isEmpty(absolute) && !Files.exists(absolute.resolve(POINTS))) {
        return place + " exists and is no study's folder; name another place";
      }
    }
    Path existing = absolute.getParent();
    while (existing != null && !Files.exists(existing)) {
      existing = existing.getParent();
    }
    return existing == null || !Files.isDirectory(existing) || !Files.isWritable(existing)
        ? "%s cannot be made: %s is not a writable folder".formatted(place, existing)
        : "";
  }

  private static boolean isEmpty(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.findAny().isEmpty();
    } catch (IOException unreadable) {
      return false;
    }
  }

  /** Writes the tables and what else there is. */
  public void write(StudyResult result, Content more) throws IOException {
    Path target = place.toAbsolutePath().normalize();
    Path parent = target.getParent();
    if (parent == null) {
      throw new IOException(place + " is no place for a folder");
    }
    Files.createDirectories(parent);
    Path temporary = Files.createTempDirectory(parent, ".ringside-");
    // Whoever stops the program now finds nothing of it afterwards.
    Thread cleaner = Thread.ofPlatform().unstarted(() -> deleteAtTheEnd(temporary));
    Runtime.getRuntime().addShutdownHook(cleaner);
    try {
      StudyTable table = new StudyTable(result);
      try (Writer csv = writer(temporary.resolve(POINTS))) {
        table.writeCsv(csv);
      }
      try (Writer lines = writer(temporary.resolve(JSON_LINES))) {
        table.writeJsonLines(lines);
      }
      more.writeTo(temporary);
      Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwxr-xr-x"));
      replace(target, temporary);
    } finally {
      deleteTree(temporary);
      removeHook(cleaner);
    }
  }

  private static void removeHook(Thread cleaner) {
    try {
      Runtime.getRuntime().removeShutdownHook(cleaner);
    } catch (IllegalStateException ending) {
      // It runs by now.
    }
  }

  private static void deleteAtTheEnd(Path temporary) {
    try {
      deleteTree(temporary);
    } catch (IOException undeletable) {
      // Nobody is there who could be told.
    }
  }

  private static Writer writer(Path file) throws IOException {
    return Files.newBufferedWriter(file, StandardCharsets.UTF_8);
  }

  private static void replace(Path target, Path whole) throws IOException {
    if (!Files.exists(target)) {
      Files.move(whole, target);
      return;
    }
    Path old = whole.resolveSibling(whole.getFileName() + ".old");
    Files.move(target, old);
    Files.move(whole, target);
    deleteTree(old);
  }

  private static void deleteTree(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, IOException failure)
              throws IOException {
            Files.delete(directory);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
