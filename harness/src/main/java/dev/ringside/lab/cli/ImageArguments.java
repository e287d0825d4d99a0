package dev.ringside.lab.cli;

import dev.ringside.ext4.Ext4Path;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;
import picocli.CommandLine.TypeConversionException;

/** What every subcommand that looks into an image is told: which image, and where in it. */
final class ImageArguments {
  @Spec(Target.MIXEE)
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Parameters(
      index = "0",
      paramLabel = "IMAGE",
      description =
          "An image of ext2, ext3 or ext4, or a block device, or vhost-user:SOCKET. It is never"
              + " written to.")
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

  /**
   * Runs something while the image is mounted. What is seen of one that was not unmounted is not
   * what stands on it, and is remarked on.
   */
  void open(OpenImage.Task task) throws IOException {
    OpenImage.with(
        image,
        ext4 -> {
          ext4.recovered()
              .ifPresent(
                  log ->
                      spec.commandLine()
                          .getErr()
                          .printf(
                              "ringside: %s was not unmounted; it is shown as its journal leaves it"
                                  + " (%d transactions, %d blocks)%n",
                              image, log.transactions(), log.size()));
          if (ext4.wasSuperblockTorn()) {
            spec.commandLine()
                .getErr()
                .printf(
                    "ringside: the superblock of %s was torn by a crash; it is shown as it was to"
                        + " be%n",
                    image);
          }
          task.run(ext4);
        });
  }

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
