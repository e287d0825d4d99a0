package dev.ringside.lab.trace;

import java.io.IOException;
import java.nio.file.Path;

/** A trace is not what it should be. The message is one line: the file, where in it, and what. */
public final class TraceFormatException extends IOException {
  private static final long serialVersionUID = 1L;

  private TraceFormatException(String message) {
    super(message);
  }

  /** The file as a whole is wrong. */
  static TraceFormatException of(Path file, String problem) {
    return new TraceFormatException("%s: %s".formatted(file, problem));
  }

  /** A binary file is wrong at this byte. */
  static TraceFormatException atOffset(Path file, long offset, String problem) {
    return new TraceFormatException("%s: offset %d: %s".formatted(file, offset, problem));
  }

  /** A text is wrong at this line, counted from 1. */
  static TraceFormatException atLine(Path file, long line, String problem) {
    return new TraceFormatException("%s: line %d: %s".formatted(file, line, problem));
  }
}
