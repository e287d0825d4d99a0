package dev.ringside.lab.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * A file that is written whole or not at all: into a new file beside it, which takes its place at
 * the end. {@code -} is standard output. What is no ordinary file, such as a pipe or {@code
 * /dev/null}, is written as it is.
 *
 * @param name as given on the command line
 */
record OutputFile(String name) {
  private static final String STANDARD_OUTPUT = "-";

  /** Whether what is written goes to standard output, which then is for nothing else. */
  boolean isStandardOutput() {
    return name.equals(STANDARD_OUTPUT);
  }

  /** What is wrong with writing here, known before the run; empty when nothing is. */
  String problem() {
    if (isStandardOutput()) {
      return "";
    }
    Path path = Path.of(name);
    Path folder = path.toAbsolutePath().getParent();
    if (Files.isDirectory(path)) {
      return name + " is a directory";
    }
    if (folder == null || !Files.isDirectory(folder)) {
      return "the directory of " + name + " does not exist";
    }
    return Files.isWritable(Files.exists(path) ? path : folder) ? "" : name + " is not writable";
  }

  /** Writes what {@code content} prints. */
  void write(PrintWriter standardOutput, Content content) throws IOException {
    if (isStandardOutput()) {
      content.writeTo(standardOutput);
      standardOutput.flush();
      return;
    }
    Path path = Path.of(name);
    if (Files.exists(path) && !Files.isRegularFile(path)) {
      try (Writer writer = Files.newBufferedWriter(path)) {
        content.writeTo(writer);
      }
      return;
    }
    // A symbolic link stays, and what it points to is replaced.
    Path target = Files.exists(path) ? path.toRealPath() : path.toAbsolutePath();
    Path temporary = Files.createTempFile(target.getParent(), ".ringside-", ".partial");
    try {
      try (Writer writer = Files.newBufferedWriter(temporary, StandardCharsets.UTF_8)) {
        content.writeTo(writer);
      }
      Files.move(
          temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  /** Something to write. */
  @FunctionalInterface
  interface Content {
    void writeTo(Writer writer) throws IOException;
  }
}
