package dev.ringside.lab.cli;

import dev.ringside.ext4.Ext4Path;
import dev.ringside.ext4.FileStat;
import dev.ringside.ext4.LinkPolicy;
import dev.ringside.ext4.OpenFile;
import dev.ringside.ext4.OpenFlag;
import dev.ringside.ext4.RenameFlag;
import dev.ringside.ext4.Session;
import dev.ringside.ext4.TimeChange;
import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.ByteString;
import dev.ringside.ext4.format.FileType;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Copies files of this machine into an image, with modes and times. A file appears under its name
 * when all of it is there: its content goes into a file without a name first.
 */
final class CopyIn {
  private static final int PIECE = 1 << 20;
  private static final int PERMISSIONS = 07777;
  private static final int PRIVATE = 0700;

  private final Session session;
  private final Json.Sink done;
  private final byte[] piece = new byte[PIECE];

  CopyIn(Session session, Json.Sink done) {
    this.session = session;
    this.done = done;
  }

  /** Copies a file, or a directory with all that is in it. */
  void copy(Path source, Ext4Path target) throws IOException {
    BasicFileAttributes attributes =
        Files.readAttributes(source, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    if (attributes.isSymbolicLink()) {
      ByteString text = ByteString.of(Files.readSymbolicLink(source).toString());
      replace(target, at -> session.symlink(text, at));
      setTimes(target, attributes);
      new DoneLine(target, FileType.SYMLINK, 0).writeTo(done);
    } else if (attributes.isDirectory()) {
      copyDirectory(source, target, attributes);
    } else if (attributes.isRegularFile()) {
      copyFile(source, target, attributes);
    } else {
      throw new IOException(source + ": neither a file, nor a directory, nor a symbolic link");
    }
  }

  private void copyDirectory(Path source, Ext4Path target, BasicFileAttributes attributes)
      throws IOException {
    Optional<FileStat> known = find(target);
    if (known.isEmpty()) {
      session.mkdir(target, PRIVATE);
    } else if (known.get().type() != FileType.DIRECTORY) {
      throw new Ext4Exception(Errno.ENOTDIR, target.toString());
    }
    for (Path child : sorted(source)) {
      copy(child, target.resolve(ByteString.of(child.getFileName().toString())));
    }
    session.chmod(target, permissionsOf(source));
    setTimes(target, attributes);
    new DoneLine(target, FileType.DIRECTORY, 0).writeTo(done);
  }

  private static List<Path> sorted(Path directory) throws IOException {
    List<Path> children = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
      stream.forEach(children::add);
    }
    children.sort(null);
    return children;
  }

  private void copyFile(Path source, Ext4Path target, BasicFileAttributes attributes)
      throws IOException {
    Set<OpenFlag> flags = Set.of(OpenFlag.WRITE);
    try (InputStream from = Files.newInputStream(source);
        OpenFile file = session.openTemporary(parentOf(target), flags, PRIVATE)) {
      long bytes = 0;
      for (int count = from.read(piece); count >= 0; count = from.read(piece)) {
        writeAll(file, count);
        bytes += count;
      }
      file.chmod(permissionsOf(source));
      file.utimens(
          TimeChange.to(attributes.lastAccessTime().toInstant()),
          TimeChange.to(attributes.lastModifiedTime().toInstant()));
      replace(target, at -> session.link(file, at));
      new DoneLine(target, FileType.REGULAR, bytes).writeTo(done);
    }
  }

  private void writeAll(OpenFile file, int count) throws Ext4Exception {
    int written = 0;
    while (written < count) {
      written += file.write(piece, written, count - written);
    }
  }

  /** What gives a file its name. */
  @FunctionalInterface
  private interface Naming {
    void name(Ext4Path path) throws Ext4Exception;
  }

  /** Names a file; one that has the name already is there until it is replaced. */
  private void replace(Ext4Path target, Naming naming) throws Ext4Exception {
    Optional<FileStat> known = find(target);
    if (known.isEmpty()) {
      naming.name(target);
      return;
    }
    if (known.get().type() == FileType.DIRECTORY) {
      throw new Ext4Exception(Errno.EISDIR, target.toString());
    }
    Ext4Path beside = parentOf(target).resolve(ByteString.of(".ringside-put"));
    if (find(beside).isPresent()) {
      session.unlink(beside);
    }
    naming.name(beside);
    session.rename(beside, target, Set.<RenameFlag>of());
  }

  /** The directory of a path's last name. */
  private static Ext4Path parentOf(Ext4Path path) {
    Ext4Path parent = path.isAbsolute() ? Ext4Path.ROOT : Ext4Path.of(".");
    List<ByteString> names = path.names();
    for (ByteString name : names.subList(0, Math.max(0, names.size() - 1))) {
      parent = parent.resolve(name);
    }
    return parent;
  }

  private Optional<FileStat> find(Ext4Path path) throws Ext4Exception {
    try {
      return Optional.of(session.lstat(path));
    } catch (Ext4Exception failure) {
      if (failure.errno() == Errno.ENOENT) {
        return Optional.empty();
      }
      throw failure;
    }
  }

  private static int permissionsOf(Path source) throws IOException {
    return (int) Files.getAttribute(source, "unix:mode", LinkOption.NOFOLLOW_LINKS) & PERMISSIONS;
  }

  private void setTimes(Ext4Path path, BasicFileAttributes attributes) throws Ext4Exception {
    session.utimens(
        path,
        TimeChange.to(attributes.lastAccessTime().toInstant()),
        TimeChange.to(attributes.lastModifiedTime().toInstant()),
        LinkPolicy.KEEP);
  }
}
