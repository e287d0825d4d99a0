package dev.ringside.lab.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code ringside guest}: Linux guests, in user-mode Linux and QEMU, on Ringside's disk. */
@Command(
    name = "guest",
    description = "Boot Linux guests on Ringside's disk, or on qemu-storage-daemon's.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "WHAT",
    subcommands = {
      GuestRunCommand.class,
      GuestStudyCommand.class,
      GuestRateCommand.class,
      GuestKillsCommand.class
    })
final class GuestCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Override
  public Integer call() {
    throw new ParameterException(
        spec.commandLine(), "expected what the guest is for: run, study, rate or kills");
  }
}
