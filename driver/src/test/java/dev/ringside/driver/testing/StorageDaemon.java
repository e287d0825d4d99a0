package dev.ringside.driver.testing;

import dev.ringside.posix.PosixException;
import dev.ringside.posix.UnixSocket;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** QEMU's storage daemon as a process of its own, with one disk behind a vhost-user socket. */
public final class StorageDaemon implements AutoCloseable {
  private static final String PROGRAM = "qemu-storage-daemon";
  private static final long START_MS = 10_000;

  private final List<String> command;
  private final Path socket;
  private Process process;

  private StorageDaemon(List<String> command, Path socket) {
    this.command = command;
    this.socket = socket;
    this.process = run();
  }

  /** Whether it is installed. */
  public static boolean isInstalled() {
    for (String folder : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1)) {
      if (Files.isExecutable(Path.of(folder).resolve(PROGRAM))) {
        return true;
      }
    }
    return false;
  }

  /** Serves an image, for reading and writing. */
  public static StorageDaemon serving(Path image, Path socket, int queues) {
    return new StorageDaemon(
        command("driver=file,node-name=disk,filename=" + image, socket, queues), socket);
  }

  private static List<String> command(String disk, Path socket, int queues) {
    List<String> words = new ArrayList<>();
    words.add(PROGRAM);
    words.add("--blockdev");
    words.add(disk);
    words.add("--export");
    words.add(
        "type=vhost-user-blk,id=export,node-name=disk,writable=on,addr.type=unix,addr.path=%s,num-queues=%d"
            .formatted(socket, queues));
    return words;
  }

  private Process run() {
    try {
      Files.deleteIfExists(socket);
      Process started = new ProcessBuilder(command).inheritIO().start();
      long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(START_MS);
      while (!listens()) {
        if (!started.isAlive() || System.nanoTime() > deadline) {
          started.destroyForcibly();
          throw new IllegalStateException(PROGRAM + " does not listen on " + socket);
        }
        Thread.sleep(1);
      }
      return started;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(interrupted);
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

  public Path socket() {
    return socket;
  }

  /** Ends it with SIGKILL. */
  public void kill() {
    process.destroyForcibly();
    awaitEnd();
  }

  /** Starts it once more. */
  public void restart() {
    process = run();
  }

  /** Ends it with SIGTERM, as its owner would: what it has written is in the image then. */
  @Override
  public void close() {
    process.destroy();
    awaitEnd();
  }

  private void awaitEnd() {
    try {
      if (!process.waitFor(START_MS, TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
        throw new IllegalStateException(PROGRAM + " does not end");
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(interrupted);
    }
  }
}
