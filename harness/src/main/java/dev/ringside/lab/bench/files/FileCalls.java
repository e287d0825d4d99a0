package dev.ringside.lab.bench.files;

import java.io.IOException;

/**
 * The system calls that the program makes, whoever answers them. Content is whatever the callee's
 * buffer holds; every transfer is whole, or the call fails.
 *
 * @param <P> a path, made before it is timed, as a program's paths are
 */
public interface FileCalls<P> extends AutoCloseable {
  /** A path under the directory that belongs to the benchmark. */
  P path(String relative);

  /** Opens a file for writing, with {@code O_CREAT | O_TRUNC} and mode 0644. */
  int create(P path) throws IOException;

  /** Opens a file for reading. */
  int open(P path) throws IOException;

  void write(int file, int length) throws IOException;

  /** Reads; says how many bytes came, 0 at the end. */
  int read(int file, int length) throws IOException;

  void sync(int file) throws IOException;

  void close(int file) throws IOException;

  void unlink(P path) throws IOException;

  void makeDirectory(P path) throws IOException;

  void removeDirectory(P path) throws IOException;

  /** Looks a file up; says its length. */
  long stat(P path) throws IOException;

  /** Writes everything, and forgets all that is cached. */
  void dropCaches() throws IOException;

  @Override
  void close() throws IOException;
}
