package dev.ringside.lab.cli;

import dev.ringside.lab.foreign.RequestRecorder;
import dev.ringside.machine.RealScheduler;
import dev.ringside.posix.UnixListener;
import dev.ringside.storage.FileStorage;
import dev.ringside.storage.NullStorage;
import dev.ringside.storage.Storage;
import dev.ringside.virtio.transport.SocketServer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/**
 * Options of the commands that serve a disk to guests in other processes: which disk, behind which
 * socket, how long, and where it is written down what the guests did.
 */
final class ServingOptions {
  /** How long what is in flight may take when the process is to end. */
  private static final long LONGEST_END_SECONDS = 10;

  @Spec(Target.MIXEE)
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Parameters(
      arity = "0..1",
      paramLabel = "IMAGE",
      description = "A raw disk image, which the guest writes into.")
  private @Nullable Path image;

  @Option(
      names = {"--socket", "--socket-path"},
      paramLabel = "S",
      description = "The unix socket to make and to listen on.")
  private @Nullable Path socket;

  @Option(
      names = "--fd",
      paramLabel = "N",
      description = "A listening socket that this process was started with, instead of --socket.")
  private @Nullable Integer descriptor;

  @Option(names = "--read-only", description = "The guest cannot write.")
  private boolean readOnly;

  @Option(
      names = "--null",
      paramLabel = "BYTES",
      description =
          "A disk of this size that keeps nothing, instead of an image: what remains is the route.")
  private @Nullable Long nullBytes;

  @Option(names = "--once", description = "End with the first connection.")
  private boolean once;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description =
          "Append a JSON object a line for each queue of each connection, when it ends; - is"
              + " standard output.")
  private @Nullable String json;

  @Option(
      names = "--record",
      paramLabel = "TRACE",
      description =
          "Write what the guest asks for to TRACE.blktrace.0, for blkparse and ringside replay.")
  private @Nullable Path trace;

  /** Makes the device's server around the disk. */
  interface ServerMaker {
    SocketServer make(Storage storage, ServedGuests guests);
  }

  /** Refuses options that do not go together. */
  void validate() {
    if ((socket == null) == (descriptor == null)) {
      throw wrong("give --socket S or --fd N");
    }
    if ((image == null) == (nullBytes == null)) {
      throw wrong("give an IMAGE, or --null BYTES");
    }
    if (nullBytes != null
        && (nullBytes < Storage.SECTOR_SIZE || nullBytes % Storage.SECTOR_SIZE != 0)) {
      throw wrong("--null must be a multiple of 512, not " + nullBytes);
    }
  }

  /** Wrong usage of the command. */
  ParameterException wrong(String what) {
    return new ParameterException(spec.commandLine(), what);
  }

  /**
   * Opens the disk and the socket, and serves until the first client has gone or the process is to
   * end; then the disk is closed, and what is to be said is said, before the process ends.
   *
   * @param queues of the device
   */
  void serve(int queues, ServerMaker maker) throws IOException {
    ServedGuests guests =
        new ServedGuests(
            spec.commandLine().getOut(), json == null ? null : new OutputFile(json), queues);
    CountDownLatch ended = new CountDownLatch(1);
    try (Storage storage = recorded(openStorage());
        UnixListener listener = listen();
        SocketServer server = maker.make(storage, guests)) {
      Runtime.getRuntime().addShutdownHook(new Thread(() -> end(server, ended), "end"));
      guests.say("serving on %s  (Ctrl-C ends it)".formatted(place()));
      if (once) {
        server.serveOne(listener);
      } else {
        server.serve(listener);
      }
    } finally {
      ended.countDown();
    }
  }

  private static void end(SocketServer server, CountDownLatch ended) {
    server.close();
    try {
      if (!ended.await(LONGEST_END_SECONDS, TimeUnit.SECONDS)) {
        System.err.println("ringside: the disk did not come to rest");
      }
    } catch (InterruptedException hurried) {
      Thread.currentThread().interrupt();
    }
  }

  private String place() {
    return socket != null ? socket.toString() : "descriptor " + descriptor;
  }

  private Storage openStorage() throws IOException {
    if (nullBytes != null) {
      return new NullStorage(nullBytes / Storage.SECTOR_SIZE);
    }
    Path file = Objects.requireNonNull(image);
    return readOnly ? FileStorage.openReadOnly(file) : FileStorage.openWritable(file);
  }

  private Storage recorded(Storage storage) throws IOException {
    Path base = trace;
    if (base == null) {
      return storage;
    }
    try {
      return new RequestRecorder(storage, new RealScheduler().clock(), base);
    } catch (IOException failure) {
      storage.close();
      throw failure;
    }
  }

  private UnixListener listen() throws IOException {
    Path path = socket;
    return path != null
        ? UnixListener.listen(path)
        : UnixListener.adopt(Objects.requireNonNull(descriptor));
  }
}
