package dev.ringside.lab.cli;

import dev.ringside.ext4.Ext4Path;
import dev.ringside.ext4.format.FileType;
import java.io.IOException;
import java.util.Locale;

/**
 * One file that a command has copied, made or removed, as {@code --json} says it.
 *
 * @param path in the image
 * @param bytes of content that were copied
 */
record DoneLine(Ext4Path path, FileType type, long bytes) {
  void writeTo(Json.Sink sink) throws IOException {
    sink.line(
        json -> {
          json.writeStringField("path", path.toString());
          json.writeStringField("type", type.name().toLowerCase(Locale.ROOT));
          json.writeNumberField("copied_bytes", bytes);
        });
  }
}
