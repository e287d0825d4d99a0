package dev.ringside.lab.cli;

import dev.ringside.ext4.Ext4;
import dev.ringside.ext4.Ext4Path;
import dev.ringside.ext4.format.ByteString;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ringside get}: files of an image to this machine. */
@Command(
    name = "get",
    description = {
      "Copy a file, or a directory with all that is in it, out of an ext2, ext3 or ext4 image.",
      "Modes and times are kept; the copies are their maker's."
    },
    mixinStandardHelpOptions = true)
final class GetCommand implements Callable<Integer> {
  @Parameters(
      index = "0",
      paramLabel = "IMAGE",
      description = "An image of ext2, ext3 or ext4, or a block device. It is never written to.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Path image;

  @Parameters(
      index = "1",
      paramLabel = "PATH",
      converter = ImageArguments.PathConverter.class,
      description = "A path in the image.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Ext4Path path;

  @Parameters(
      index = "2",
      paramLabel = "LOCAL",
      description = "A path on this machine: the copy's, or that of a directory to put it into.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Path local;

  @Mixin private final JsonLines json = new JsonLines();

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    OpenImage.with(
        image, ext4 -> json.write(spec.commandLine().getOut(), sink -> copy(ext4, sink)));
    return 0;
  }

  private void copy(Ext4 ext4, Json.Sink sink) throws IOException {
    new CopyOut(ext4, sink).copy(path, ext4.lstat(path), target());
  }

  private Path target() {
    List<ByteString> names = path.names();
    return Files.isDirectory(local) && !names.isEmpty()
        ? local.resolve(names.getLast().toString())
        : local;
  }
}
