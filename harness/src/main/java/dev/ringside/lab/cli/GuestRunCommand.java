package dev.ringside.lab.cli;

import dev.ringside.lab.interop.BackendKind;
import dev.ringside.lab.interop.Counterpart;
import dev.ringside.lab.interop.GuestFailedException;
import dev.ringside.lab.interop.GuestSettings;
import dev.ringside.lab.interop.GuestTask;
import dev.ringside.lab.interop.InteropRun;
import dev.ringside.lab.interop.LinuxGuest;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ringside guest run}: one guest, on a new image or on somebody's socket. */
@Command(
    name = "run",
    description = {
      "Boot a Linux guest on a new image that Ringside serves: it mounts ext4, writes and fsyncs"
          + " files, mounts again, compares their sums, trims and powers off. Then e2fsck and"
          + " Ringside's ext4 look at the image.",
      "With --socket the guest runs on this terminal, with the disk that somebody else serves."
    },
    mixinStandardHelpOptions = true)
final class GuestRunCommand implements Callable<Integer> {
  private static final double MILLISECONDS_OF_A_SECOND = 1e3;

  @Parameters(
      index = "0",
      paramLabel = "GUEST",
      converter = GuestOptions.CounterpartConverter.class,
      description = "uml, qemu-pci, qemu-microvm, qemu-vfio-pci or qemu-vfio-mmio.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Counterpart counterpart;

  @Mixin private final GuestOptions options = new GuestOptions();

  @Option(
      names = "--backend",
      paramLabel = "WHO",
      defaultValue = "ringside",
      converter = GuestOptions.BackendConverter.class,
      description = "Who serves the disk: ringside or storage-daemon (default: ${DEFAULT-VALUE}).")
  private BackendKind backend = BackendKind.RINGSIDE;

  @Option(
      names = "--socket",
      paramLabel = "PATH",
      description = "A socket on which somebody serves a disk with ext4 on it.")
  private @Nullable Path socket;

  @Option(
      names = "--task",
      paramLabel = "NAME",
      defaultValue = "check",
      converter = GuestOptions.TaskConverter.class,
      description =
          "With --socket: check, load, read, nothing, w1, w2 or shell (default: ${DEFAULT-VALUE}).")
  private GuestTask task = GuestTask.CHECK;

  @Option(names = "--console", description = "Print all that the guest says.")
  private boolean console;

  @Mixin private final JsonLines json = new JsonLines();

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    GuestSettings settings = options.settings(counterpart);
    try (ScratchFolder folder = ScratchFolder.create()) {
      if (socket != null) {
        return LinuxGuest.runOnTerminal(settings, List.of(socket), task, folder.path());
      }
      if (task != GuestTask.CHECK) {
        throw new ParameterException(spec.commandLine(), "--task is for a guest with --socket");
      }
      return check(settings, folder.path());
    }
  }

  private int check(GuestSettings settings, Path folder) throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    InteropRun.Result result;
    try {
      result = InteropRun.check(settings, backend, folder);
    } catch (GuestFailedException failure) {
      spec.commandLine().getErr().println(failure.console());
      throw failure;
    }
    boolean sound = result.problems().isEmpty();
    double seconds = result.duration().toMillis() / MILLISECONDS_OF_A_SECOND;
    int files = result.report().sums().size();
    json.write(
        out,
        sink ->
            sink.line(
                line -> {
                  line.writeStringField("guest", settings.toString());
                  line.writeStringField("backend", backend.toString());
                  line.writeNumberField("files", files);
                  line.writeNumberField("interrupts", result.report().interrupts());
                  line.writeNumberField("duration_ns", result.duration().toNanos());
                  line.writeBooleanField("sound", sound);
                }));
    if (!json.takesStandardOutput()) {
      if (console) {
        result.report().lines().forEach(line -> out.println("guest: " + line));
      }
      out.printf(
          Locale.ROOT,
          "%s on %s: %d files written, fsynced and found after a second mount, %d interrupts, %.1f"
              + " s%n",
          settings,
          backend,
          files,
          result.report().interrupts(),
          seconds);
      out.println(
          sound
              ? "the image: e2fsck -fn finds nothing, and Ringside's ext4 reads what was written"
              : "the image: " + String.join("; ", result.problems()));
    }
    return sound ? 0 : OneLineErrors.RUN_FAILED;
  }
}
