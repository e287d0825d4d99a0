package dev.ringside.lab.cli;

import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The command {@code ringside}: a subcommand each for what the laboratory does. */
@Command(
    name = "ringside",
    description = "A virtio-blk device, a guest's driver and ext4 in one process.",
    mixinStandardHelpOptions = true,
    versionProvider = RingsideVersion.class,
    subcommands = {
      ReplayCommand.class,
      SimCommand.class,
      StudyCommand.class,
      BenchCommand.class,
      ServeCommand.class,
      LsCommand.class,
      TreeCommand.class,
      CatCommand.class,
      StatCommand.class,
      GetCommand.class,
      PutCommand.class,
      RmCommand.class,
      MkdirCommand.class,
      DifferCommand.class,
      CrashCommand.class,
      GuestCommand.class
    },
    synopsisSubcommandLabel = "COMMAND",
    exitCodeListHeading = "Exit status:%n",
    exitCodeList = {
      "0:done",
      "1:the run found a failure",
      "2:wrong usage",
      "3:the input cannot be used"
    })
public final class Ringside implements Callable<Integer> {
  /** Standard output was closed early: what a shell reports for a process that SIGPIPE ended. */
  private static final int OUTPUT_LOST = 128 + 13;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Option(
      names = "--stacktrace",
      scope = ScopeType.INHERIT,
      description = "Show where in the program an error came from.")
  private boolean stacktrace;

  private Ringside() {}

  /** Runs the command and ends the process with its exit status. */
  public static void main(String[] arguments) {
    PrintWriter out = new PrintWriter(System.out, true, Charset.defaultCharset());
    PrintWriter err = new PrintWriter(System.err, true, Charset.defaultCharset());
    int status = run(out, err, arguments);
    System.exit(out.checkError() ? OUTPUT_LOST : status);
  }

  /**
   * Runs the command inside this process.
   *
   * @return the exit status
   */
  public static int run(PrintWriter out, PrintWriter err, String... arguments) {
    Ringside root = new Ringside();
    OneLineErrors errors = new OneLineErrors(() -> root.stacktrace);
    int status =
        new CommandLine(root)
            .setOut(out)
            .setErr(err)
            .setParameterExceptionHandler(errors)
            .setExecutionExceptionHandler(errors)
            .execute(arguments);
    out.flush();
    err.flush();
    return status;
  }

  @Override
  public Integer call() {
    throw new ParameterException(spec.commandLine(), "expected a command");
  }
}
