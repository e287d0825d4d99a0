package dev.ringside.lab.cli;

import dev.ringside.driver.BlockDeviceException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * Makes an exception into one line on standard error and an exit status. The stack trace follows
 * only when it was asked for.
 */
final class OneLineErrors implements IParameterExceptionHandler, IExecutionExceptionHandler {
  /** The run found a failure. */
  static final int RUN_FAILED = 1;

  /** Wrong usage. */
  static final int WRONG_USAGE = 2;

  /** The input cannot be used. */
  static final int UNUSABLE_INPUT = 3;

  private final BooleanSupplier stacktrace;

  /**
   * Handlers for one run of the command.
   *
   * @param stacktrace whether it was asked for, known once the arguments are parsed
   */
  OneLineErrors(BooleanSupplier stacktrace) {
    this.stacktrace = stacktrace;
  }

  @Override
  public int handleParseException(ParameterException failure, String[] arguments) {
    CommandLine command = failure.getCommandLine();
    String name = command.getCommandSpec().qualifiedName();
    print(
        command.getErr(),
        "%s; '%s --help' explains the usage".formatted(failure.getMessage(), name),
        failure);
    return WRONG_USAGE;
  }

  @Override
  public int handleExecutionException(
      Exception failure, CommandLine command, ParseResult arguments) {
    Throwable cause = failure;
    if (failure instanceof UncheckedIOException && failure.getCause() != null) {
      cause = failure.getCause();
    }
    print(command.getErr(), describe(cause), failure);
    return cause instanceof IOException ? UNUSABLE_INPUT : RUN_FAILED;
  }

  private static String describe(Throwable failure) {
    return switch (failure) {
      // These two carry nothing but the file's name, unless somebody gave them a reason.
      case NoSuchFileException file when file.getReason() == null ->
          file.getFile() + ": no such file or directory";
      case AccessDeniedException file when file.getReason() == null ->
          file.getFile() + ": permission denied";
      case IOException io -> Objects.requireNonNullElse(io.getMessage(), io.toString());
      case BlockDeviceException device -> "the device failed: " + device.getMessage();
      default ->
          "failed inside, which is a defect of ringside: %s; --stacktrace shows where"
              .formatted(failure);
    };
  }

  private void print(PrintWriter err, String message, Exception failure) {
    err.println("ringside: " + message.replaceAll("\\s*\\R\\s*", " "));
    if (stacktrace.getAsBoolean()) {
      failure.printStackTrace(err);
    }
    err.flush();
  }
}
