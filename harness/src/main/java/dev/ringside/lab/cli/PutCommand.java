package dev.ringside.lab.cli;

import dev.ringside.ext4.Ext4;
import dev.ringside.ext4.Ext4Path;
import dev.ringside.ext4.FileStat;
import dev.ringside.ext4.Session;
import dev.ringside.ext4.access.Credentials;
import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.ByteString;
import dev.ringside.ext4.format.FileType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ringside put}: files of this machine into an image. */
@Command(
    name = "put",
    description = {
      "Copy a file, or a directory with all that is in it, into an ext2, ext3 or ext4 image.",
      "Modes and times are kept; the superuser owns what is made."
    },
    mixinStandardHelpOptions = true)
final class PutCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "IMAGE", description = "The image, which changes.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Path image;

  @Parameters(index = "1", paramLabel = "LOCAL", description = "A path on this machine.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Path local;

  @Parameters(
      index = "2",
      paramLabel = "PATH",
      converter = ImageArguments.PathConverter.class,
      description = "A path in the image: the copy's, or that of a directory to put it into.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Ext4Path path;

  @Mixin private final JsonLines json = new JsonLines();

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    OpenImage.writing(
        image, ext4 -> json.write(spec.commandLine().getOut(), sink -> copy(ext4, sink)));
    return 0;
  }

  private void copy(Ext4 ext4, Json.Sink sink) throws IOException {
    Session session = ext4.session(Credentials.ROOT);
    new CopyIn(session, sink).copy(local, target(session));
  }

  private Ext4Path target(Session session) throws Ext4Exception {
    try {
      FileStat known = session.stat(path);
      Path name = local.toAbsolutePath().normalize().getFileName();
      return known.type() == FileType.DIRECTORY && name != null
          ? path.resolve(ByteString.of(name.toString()))
          : path;
    } catch (Ext4Exception failure) {
      if (failure.errno() == Errno.ENOENT) {
        return path;
      }
      throw failure;
    }
  }
}
