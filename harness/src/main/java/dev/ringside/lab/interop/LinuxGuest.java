package dev.ringside.lab.interop;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** A Linux guest that runs. Closing kills it. */
public final class LinuxGuest implements AutoCloseable {
  private static final String INITRAMFS = "initramfs";
  private static final String CONSOLE = "console";

  private final GuestSettings settings;
  private final Leash leash;
  private final Path console;

  private LinuxGuest(GuestSettings settings, Leash leash, Path console) {
    this.settings = settings;
    this.leash = leash;
    this.console = console;
  }

  /**
   * Boots a guest that finds its disks behind sockets.
   *
   * @param sockets on which somebody listens; the first is the guest's {@code /dev/vda}
   * @param parameters of the task
   * @param folder for what the guest needs on the host
   * @throws MissingPackageException when something is not installed
   */
  public static LinuxGuest start(
      GuestSettings settings,
      List<Path> sockets,
      GuestTask task,
      Map<String, String> parameters,
      Path folder)
      throws IOException {
    Path console = folder.resolve(CONSOLE);
    return new LinuxGuest(
        settings,
        Leash.start(command(settings, sockets, task, parameters, folder), console),
        console);
  }

  /** Runs a guest on this process's terminal, and waits for its end. */
  public static int runOnTerminal(
      GuestSettings settings, List<Path> sockets, GuestTask task, Path folder) throws IOException {
    Process process =
        new ProcessBuilder(command(settings, sockets, task, Map.of(), folder)).inheritIO().start();
    try {
      return process.waitFor();
    } catch (InterruptedException interrupted) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", interrupted);
    }
  }

  private static List<String> command(
      GuestSettings settings,
      List<Path> sockets,
      GuestTask task,
      Map<String, String> parameters,
      Path folder)
      throws IOException {
    GuestKernel kernel =
        settings.counterpart() == Counterpart.UML ? GuestKernel.userMode() : GuestKernel.cloud();
    List<Path> more =
        settings.counterpart() == Counterpart.QEMU_VFIO_MMIO
            ? List.of(MmioModule.build(kernel, folder))
            : List.of();
    Path initramfs = folder.resolve(INITRAMFS);
    Initramfs.write(kernel, task.programs(), more, initramfs);
    return new GuestCommand(settings, kernel, initramfs, task, parameters).words(sockets, folder);
  }

  /** What the guest has told so far. */
  public GuestReport report() throws IOException {
    return GuestReport.of(console());
  }

  /** All that the guest has printed so far. */
  public String console() throws IOException {
    return Files.exists(console) ? Files.readString(console, StandardCharsets.ISO_8859_1) : "";
  }

  public boolean isRunning() {
    return leash.isRunning();
  }

  /**
   * Waits until the guest has powered off.
   *
   * @throws GuestFailedException when it takes too long, or did not do its task
   */
  public GuestReport await(Duration limit) throws IOException {
    OptionalInt status = leash.await(limit);
    GuestReport report = report();
    if (status.isEmpty()) {
      throw failure("was not done after %d s".formatted(limit.toSeconds()));
    }
    if (report.isFailed() || !report.isDone()) {
      throw failure("ended with status %d".formatted(status.getAsInt()));
    }
    return report;
  }

  /** What is thrown when this guest does not do what it should. */
  GuestFailedException failure(String what) throws IOException {
    String printed = console();
    List<String> told = GuestReport.of(printed).lines();
    return new GuestFailedException(
        "the guest (%s) %s; its last words: %s"
            .formatted(settings, what, told.isEmpty() ? "none" : told.getLast()),
        printed);
  }

  @Override
  public void close() throws IOException {
    leash.close();
  }
}
