package dev.ringside.lab.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.MinimalPrettyPrinter;
import java.io.IOException;
import java.io.Writer;

/**
 * JSON output, field by field. The streaming half of Jackson does for that; its object mapper would
 * double the time that a short command takes.
 */
final class Json {
  private static final JsonFactory FACTORY =
      JsonFactory.builder().disable(StreamWriteFeature.AUTO_CLOSE_TARGET).build();

  private Json() {}

  /** Writes one object over several lines. */
  static void object(Writer writer, Fields fields) throws IOException {
    try (JsonGenerator json = FACTORY.createGenerator(writer)) {
      json.setPrettyPrinter(new DefaultPrettyPrinter());
      json.writeStartObject();
      fields.writeTo(json);
      json.writeEndObject();
    }
    writer.write(System.lineSeparator());
  }

  /** Writes an object a line. */
  static void lines(Writer writer, Source source) throws IOException {
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

  /** Writes the fields of one object. */
  @FunctionalInterface
  interface Fields {
    void writeTo(JsonGenerator json) throws IOException;
  }

  /** What produces lines, one call of {@link Sink#line} each. */
  @FunctionalInterface
  interface Source {
    void writeTo(Sink sink) throws IOException;
  }

  /** Where lines go. */
  @FunctionalInterface
  interface Sink {
    void line(Fields fields) throws IOException;
  }
}
