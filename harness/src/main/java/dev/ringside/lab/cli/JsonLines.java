package dev.ringside.lab.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.util.MinimalPrettyPrinter;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The option {@code --json}: an object a line, into a file or to standard output. */
final class JsonLines {
  private static final JsonFactory FACTORY =
      JsonFactory.builder().disable(StreamWriteFeature.AUTO_CLOSE_TARGET).build();

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Write a JSON object a line to a file; - is standard output.")
  private @Nullable String file;

  @Spec(Spec.Target.MIXEE)
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec command;

  /** Writes the fields of one object. */
  @FunctionalInterface
  interface Fields {
    void writeTo(JsonGenerator json) throws IOException;
  }

  /** What produces the lines, one call of {@link Sink#line} each. */
  @FunctionalInterface
  interface Source {
    void writeTo(Sink sink) throws IOException;
  }

  /** Where lines go. */
  @FunctionalInterface
  interface Sink {
    void line(Fields fields) throws IOException;
  }

  /** Whether standard output is taken, so that a person's table has no place there. */
  boolean takesStandardOutput() {
    return file != null && new OutputFile(file).isStandardOutput();
  }

  /**
   * Opens the output if it was asked for, and lets lines be written; otherwise they vanish.
   *
   * @param standardOutput stays open
   */
  void write(PrintWriter standardOutput, Source source) throws IOException {
    if (file == null) {
      source.writeTo(_ -> {});
      return;
    }
    OutputFile output = new OutputFile(file);
    String problem = output.problem();
    if (!problem.isEmpty()) {
      throw new ParameterException(command.commandLine(), "--json: " + problem);
    }
    output.write(standardOutput, writer -> writeTo(writer, source));
  }

  private static void writeTo(Writer writer, Source source) throws IOException {
    try (JsonGenerator json = FACTORY.createGenerator(writer)) {
      json.setPrettyPrinter(new MinimalPrettyPrinter(""));
      source.writeTo(
          fields -> {
            json.writeStartObject();
            fields.writeTo(json);
            json.writeEndObject();
            json.writeRaw(System.lineSeparator());
          });
    }
  }
}
