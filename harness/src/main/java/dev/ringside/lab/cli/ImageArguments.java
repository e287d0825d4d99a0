package dev.ringside.lab.cli;

import dev.ringside.ext4.Ext4Path;
import java.nio.file.Path;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** What every subcommand that looks into an image is told: which image, and where in it. */
final class ImageArguments {
  @Parameters(
      index = "0",
      paramLabel = "IMAGE",
      description = "An image of ext2, ext3 or ext4, or a block device. It is never written to.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  Path image;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "PATH",
      defaultValue = "/",
      converter = PathConverter.class,
      description = {
        "A path in the image (default: ${DEFAULT-VALUE}).",
        "It can hold the escapes that names are printed with: \\\\, \\n, \\r, \\t and \\xHH."
      })
  @SuppressWarnings("NullAway.Init") // picocli sets it
  Ext4Path path;

  static final class PathConverter implements ITypeConverter<Ext4Path> {
    @Override
    public Ext4Path convert(String value) {
      try {
        return Ext4Path.parseEscaped(value);
      } catch (IllegalArgumentException badEscape) {
        throw new TypeConversionException(badEscape.getMessage());
      }
    }
  }
}
