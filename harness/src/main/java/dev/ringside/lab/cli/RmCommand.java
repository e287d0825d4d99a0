package dev.ringside.lab.cli;

import dev.ringside.ext4.Ext4;
import dev.ringside.ext4.Ext4Directory;
import dev.ringside.ext4.Ext4Path;
import dev.ringside.ext4.FileStat;
import dev.ringside.ext4.Session;
import dev.ringside.ext4.access.Credentials;
import dev.ringside.ext4.format.ByteString;
import dev.ringside.ext4.format.DirectoryEntry;
import dev.ringside.ext4.format.FileType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ringside rm}: takes files out of an image. */
@Command(
    name = "rm",
    description = "Remove a file of an ext2, ext3 or ext4 image.",
    mixinStandardHelpOptions = true)
final class RmCommand implements Callable<Integer> {
  private static final ByteString DOT = ByteString.of(".");
  private static final ByteString DOT_DOT = ByteString.of("..");

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

  @Option(
      names = {"-r", "--recursive"},
      description = "Remove a directory with all that is in it.")
  private boolean recursive;

  @Mixin private final JsonLines json = new JsonLines();

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    OpenImage.writing(
        image, ext4 -> json.write(spec.commandLine().getOut(), sink -> remove(ext4, sink)));
    return 0;
  }

  private void remove(Ext4 ext4, Json.Sink sink) throws IOException {
    Session session = ext4.session(Credentials.ROOT);
    remove(session, path, session.lstat(path), sink);
  }

  private void remove(Session session, Ext4Path file, FileStat stat, Json.Sink sink)
      throws IOException {
    if (stat.type() == FileType.DIRECTORY && recursive) {
      for (ByteString name : names(session, file)) {
        Ext4Path child = file.resolve(name);
        remove(session, child, session.lstat(child), sink);
      }
      session.rmdir(file);
    } else {
      session.unlink(file);
    }
    new DoneLine(file, stat.type(), 0).writeTo(sink);
  }

  private static List<ByteString> names(Session session, Ext4Path directory) throws IOException {
    List<ByteString> names = new ArrayList<>();
    try (Ext4Directory open = session.openDirectory(directory)) {
      for (DirectoryEntry entry = open.next(); entry != null; entry = open.next()) {
        if (!entry.name().equals(DOT) && !entry.name().equals(DOT_DOT)) {
          names.add(entry.name());
        }
      }
    }
    return names;
  }
}
