package dev.ringside.lab.interop;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A process that serves a disk's image on a socket. Closing kills it, which is also how crashes are
 * made.
 */
public final class Backend implements AutoCloseable {
  /** A virtual machine of Java's on a busy machine. */
  private static final Duration START = Duration.ofSeconds(30);

  private static final Duration END = Duration.ofSeconds(20);
  private static final int POLL_MS = 10;

  private final Leash leash;
  private final Path socket;
  private final Path log;

  private Backend(Leash leash, Path socket, Path log) {
    this.leash = leash;
    this.socket = socket;
    this.log = log;
  }

  /**
   * What is served.
   *
   * @param image is written to
   * @param socket is made
   * @param queues that the disk offers
   * @param more arguments for {@code ringside serve}
   */
  public record Service(
      BackendKind kind,
      Counterpart counterpart,
      Path image,
      Path socket,
      int queues,
      List<String> more) {
    public Service {
      more = List.copyOf(more);
      if (kind == BackendKind.STORAGE_DAEMON
          && counterpart.protocol() != Counterpart.Protocol.VHOST_USER) {
        throw new IllegalArgumentException(
            "qemu-storage-daemon speaks vhost-user only, and %s needs vfio-user"
                .formatted(counterpart));
      }
    }

    private List<String> command() throws IOException {
      return switch (kind) {
        case RINGSIDE -> ringside();
        case STORAGE_DAEMON ->
            List.of(
                OutsideProgram.STORAGE_DAEMON.require().toString(),
                "--blockdev",
                "driver=file,node-name=disk,discard=unmap,filename=" + image,
                "--export",
                "type=vhost-user-blk,id=disk,node-name=disk,writable=on,addr.type=unix"
                    + ",addr.path=%s,num-queues=%d".formatted(socket, queues));
      };
    }

    private List<String> ringside() {
      List<String> words = new ArrayList<>(RingsideProcess.command());
      words.add("serve");
      switch (counterpart.protocol()) {
        case VHOST_USER -> words.add("vhost-user");
        case VFIO_USER_PCI -> words.addAll(List.of("vfio-user", "--transport", "pci"));
        case VFIO_USER_MMIO -> words.addAll(List.of("vfio-user", "--transport", "mmio"));
      }
      words.addAll(List.of("--socket", socket.toString()));
      words.addAll(List.of("--queues", Integer.toString(queues)));
      words.addAll(more);
      words.add(image.toString());
      return words;
    }
  }

  /**
   * Starts to serve; returns when the socket takes connections.
   *
   * @param folder for the log
   */
  public static Backend start(Service service, Path folder) throws IOException {
    Path log = Files.createTempFile(folder, service.kind() + "-", ".log");
    Files.deleteIfExists(service.socket());
    Backend backend = new Backend(Leash.start(service.command(), log), service.socket(), log);
    try {
      backend.awaitSocket(service);
      return backend;
    } catch (IOException failure) {
      backend.close();
      throw failure;
    }
  }

  /**
   * The file alone does not say that somebody listens: between bind and listen a connection is
   * refused. The backend is not asked by connecting, which would be a guest that comes and goes.
   */
  private void awaitSocket(Service service) throws IOException {
    long end = System.nanoTime() + START.toNanos();
    while (!isListening()) {
      if (!leash.isRunning()) {
        throw new IOException("%s ended at once: %s".formatted(service.kind(), said()));
      }
      if (System.nanoTime() > end) {
        throw new IOException(
            "%s does not listen on %s after %d s: %s"
                .formatted(service.kind(), socket, START.toSeconds(), said()));
      }
      pause();
    }
  }

  /** By the kernel's list: flag 0x10000 in the fourth column is a socket that accepts. */
  private boolean isListening() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/net/unix"))) {
      if (line.endsWith(" " + socket)) {
        String[] words = line.split("\\s+", -1);
        return words[3].equals("00010000");
      }
    }
    return false;
  }

  private static void pause() throws IOException {
    try {
      Thread.sleep(POLL_MS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", interrupted);
    }
  }

  /** What the process has printed. */
  public String said() throws IOException {
    return Files.readString(log, StandardCharsets.UTF_8).strip();
  }

  /** Asks it to end, and waits for that; what it prints at its end is then there. */
  public void stop() throws IOException {
    if (leash.isRunning()) {
      leash.terminate();
      if (leash.await(END).isEmpty()) {
        throw new IOException("the backend does not end when asked to: " + said());
      }
    }
  }

  /** Kills it, in the middle of what it does. */
  @Override
  public void close() throws IOException {
    leash.close();
  }
}
