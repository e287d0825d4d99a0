package dev.ringside.lab.cli;

import java.io.IOException;
import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The option {@code --json}: an object a line, into a file or to standard output. */
final class JsonLines {
  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Write a JSON object a line to a file; - is standard output.")
  private @Nullable String file;

  @Spec(Spec.Target.MIXEE)
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec command;

  /** Whether standard output is taken, so that a person's table has no place there. */
  boolean takesStandardOutput() {
    return file != null && new OutputFile(file).isStandardOutput();
  }

  /**
   * Opens the output if it was asked for, and lets lines be written; otherwise they vanish.
   *
   * @param standardOutput stays open
   */
  void write(PrintWriter standardOutput, Json.Source source) throws IOException {
    if (file == null) {
      source.writeTo(_ -> {});
      return;
    }
    OutputFile output = new OutputFile(file);
    String problem = output.problem();
    if (!problem.isEmpty()) {
      throw new ParameterException(command.commandLine(), "--json: " + problem);
    }
    output.write(standardOutput, writer -> Json.lines(writer, source));
  }
}
