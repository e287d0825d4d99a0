package dev.ringside.driver;

import dev.ringside.posix.Descriptor;

/**
 * Memory in which a vhost-user backend notes what it has in flight. The frontend keeps it for the
 * next backend, and does not look inside.
 *
 * @param file owned
 * @param size in bytes
 * @param offset in the file
 * @param queues that have a part of it
 * @param queueSize of each of them
 */
record InflightMemory(Descriptor file, long size, long offset, int queues, int queueSize)
    implements AutoCloseable {
  @Override
  public void close() {
    file.close();
  }
}
