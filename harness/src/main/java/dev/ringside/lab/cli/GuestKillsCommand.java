package dev.ringside.lab.cli;

import dev.ringside.lab.interop.BackendKind;
import dev.ringside.lab.interop.GuestFailedException;
import dev.ringside.lab.interop.KillRun;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ringside guest kills}: the disk's process is killed under a guest's load. */
@Command(
    name = "kills",
    description =
        "Kill the process that serves a guest's disk at random moments while the guest writes,"
            + " fsyncs and verifies files; start it again; see that the guest goes on, and that"
            + " e2fsck finds nothing. The guest is QEMU's, which reconnects.",
    mixinStandardHelpOptions = true)
final class GuestKillsCommand implements Callable<Integer> {
  @Option(
      names = "--kills",
      paramLabel = "N",
      defaultValue = "50",
      description = "How many (default: ${DEFAULT-VALUE}).")
  private int kills;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Where the moments come from (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--backend",
      paramLabel = "WHO",
      defaultValue = "ringside",
      converter = GuestOptions.BackendConverter.class,
      description = "Who is killed: ringside or storage-daemon (default: ${DEFAULT-VALUE}).")
  private BackendKind backend = BackendKind.RINGSIDE;

  @Option(names = "--packed", description = "Rings in the packed layout.")
  private boolean packed;

  @Mixin private final JsonLines json = new JsonLines();

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    KillRun.Result result;
    try (ScratchFolder folder = ScratchFolder.create()) {
      result = new KillRun(backend, packed, seed, folder.path(), _ -> {}).run(kills);
    } catch (GuestFailedException failure) {
      spec.commandLine().getErr().println(failure.console());
      throw failure;
    }
    boolean sound = result.problems().isEmpty();
    json.write(
        out,
        sink ->
            sink.line(
                line -> {
                  line.writeStringField("backend", backend.toString());
                  line.writeBooleanField("packed", packed);
                  line.writeNumberField("seed", seed);
                  line.writeNumberField("kills", result.kills());
                  line.writeNumberField("boots", result.boots());
                  line.writeNumberField("rounds", result.rounds());
                  line.writeNumberField("longest_pause_ns", result.longestPause().toNanos());
                  line.writeBooleanField("sound", sound);
                }));
    if (!json.takesStandardOutput()) {
      out.printf(
          Locale.ROOT,
          "%s: killed %d times in %d boots, %d rounds of files written and found again, longest"
              + " pause %.1f s%n",
          backend,
          result.kills(),
          result.boots(),
          result.rounds(),
          result.longestPause().toMillis() / 1e3);
      out.println(
          sound ? "the image: e2fsck -fn finds nothing" : String.join("; ", result.problems()));
    }
    return sound ? 0 : OneLineErrors.RUN_FAILED;
  }
}
