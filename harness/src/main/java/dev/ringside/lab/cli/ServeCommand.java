package dev.ringside.lab.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code ringside serve}: a subcommand each for what can be served. */
@Command(
    name = "serve",
    description = "Put Ringside on a network.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "WHAT",
    subcommands = {ServeLiveCommand.class, ServeVfioUserCommand.class, ServeVhostUserCommand.class})
final class ServeCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Override
  public Integer call() {
    throw new ParameterException(
        spec.commandLine(), "expected what to serve: live, vfio-user, vhost-user");
  }
}
