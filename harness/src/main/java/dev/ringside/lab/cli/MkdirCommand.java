package dev.ringside.lab.cli;

import dev.ringside.ext4.Ext4;
import dev.ringside.ext4.Ext4Path;
import dev.ringside.ext4.access.Credentials;
import dev.ringside.ext4.format.FileType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ringside mkdir}: a directory in an image. */
@Command(
    name = "mkdir",
    description = "Make a directory in an ext2, ext3 or ext4 image, with mode 755.",
    mixinStandardHelpOptions = true)
final class MkdirCommand implements Callable<Integer> {
  private static final int MODE = 0777;

  @Parameters(index = "0", paramLabel = "IMAGE", description = "The image, which changes.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Path image;

  @Parameters(
      index = "1",
      paramLabel = "PATH",
      converter = ImageArguments.PathConverter.class,
      description = "A path in the image.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Ext4Path path;

  @Mixin private final JsonLines json = new JsonLines();

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    OpenImage.writing(
        image, ext4 -> json.write(spec.commandLine().getOut(), sink -> make(ext4, sink)));
    return 0;
  }

  private void make(Ext4 ext4, Json.Sink sink) throws IOException {
    ext4.session(Credentials.ROOT).mkdir(path, MODE);
    new DoneLine(path, FileType.DIRECTORY, 0).writeTo(sink);
  }
}
