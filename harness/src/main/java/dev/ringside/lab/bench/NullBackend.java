package dev.ringside.lab.bench;

import dev.ringside.posix.PosixException;
import dev.ringside.posix.UnixSocket;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;

/** QEMU's storage daemon with a disk that does nothing, as a process of its own. */
public final class NullBackend implements AutoCloseable {
  private static final String PROGRAM = "qemu-storage-daemon";
  private static final long PATIENCE_MS = 10_000;
  private static final long PAUSE_MS = 5;
  private static final long DISK_BYTES = 1L << 30;

  private final Path folder;
  private final Path socket;
  private final Process process;

  private NullBackend(Path folder, Path socket, Process process) {
    this.folder = folder;
    this.socket = socket;
    this.process = process;
  }

  /**
   * Starts it.
   *
   * @throws IOException when it is not installed, or does not come up
   */
  public static NullBackend start() throws IOException {
    Path folder =
        Files.createTempDirectory(
            "ringside-vhost",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Path socket = folder.resolve("null.sock");
    Process process;
    try {
      process =
          new ProcessBuilder(
                  PROGRAM,
                  "--blockdev",
                  "driver=null-co,node-name=null,read-zeroes=on,size=" + DISK_BYTES,
                  "--export",
                  "type=vhost-user-blk,id=export,node-name=null,addr.type=unix,addr.path=" + socket)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
    } catch (IOException missing) {
      Files.delete(folder);
      throw new IOException(
          PROGRAM + " cannot be run: install the package qemu-system-common", missing);
    }
    NullBackend backend = new NullBackend(folder, socket, process);
    try {
      backend.awaitSocket();
      return backend;
    } catch (IOException failure) {
      backend.close();
      throw failure;
    }
  }

  private void awaitSocket() throws IOException {
    for (long waited = 0; !listens(); waited += PAUSE_MS) {
      if (!process.isAlive() || waited > PATIENCE_MS) {
        throw new IOException(PROGRAM + " does not listen on " + socket);
      }
      pause();
    }
  }

  /** The file is there a moment before anybody listens. */
  private boolean listens() {
    try {
      UnixSocket.connect(socket).close();
      return true;
    } catch (PosixException notYet) {
      return false;
    }
  }

  private static void pause() throws IOException {
    try {
      TimeUnit.MILLISECONDS.sleep(PAUSE_MS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", interrupted);
    }
  }

  /** Where it listens. */
  public Path socket() {
    return socket;
  }

  @Override
  public void close() throws IOException {
    process.destroy();
    try {
      if (!process.waitFor(PATIENCE_MS, TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException interrupted) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    Files.deleteIfExists(socket);
    Files.deleteIfExists(folder);
  }
}
