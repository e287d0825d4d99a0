package dev.ringside.lab.cli;

import dev.ringside.ext4.Ext4;
import dev.ringside.ext4.Ext4Directory;
import dev.ringside.ext4.Ext4File;
import dev.ringside.ext4.Ext4Path;
import dev.ringside.ext4.FileStat;
import dev.ringside.ext4.format.ByteString;
import dev.ringside.ext4.format.DirectoryEntry;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Copies files of an image to this machine, with modes and times. A file appears under its name
 * when all of it is there.
 */
final class CopyOut {
  private static final int PIECE = 1 << 20;
  private static final ByteString DOT = ByteString.of(".");
  private static final ByteString DOT_DOT = ByteString.of("..");

  private final Ext4 ext4;
  private final Json.Sink done;
  private final byte[] piece = new byte[PIECE];

  CopyOut(Ext4 ext4, Json.Sink done) {
    this.ext4 = ext4;
    this.done = done;
  }

  /** Copies a file, or a directory with all that is in it. */
  void copy(Ext4Path source, FileStat stat, Path target) throws IOException {
    long bytes =
        switch (stat.type()) {
          case REGULAR -> copyFile(stat, target);
          case DIRECTORY -> copyDirectory(source, stat, target);
          case SYMLINK -> copyLink(stat, target);
          case FIFO, CHARACTER_DEVICE, BLOCK_DEVICE, SOCKET ->
              throw new IOException(
                  source + ": neither a file, nor a directory, nor a symbolic link");
        };
    new DoneLine(source, stat.type(), bytes).writeTo(done);
  }

  private long copyFile(FileStat stat, Path target) throws IOException {
    Path parent = target.toAbsolutePath().getParent();
    Path beside = Files.createTempFile(parent, ".ringside-get", "");
    try {
      long bytes = 0;
      try (OutputStream to = Files.newOutputStream(beside)) {
        Ext4File file = ext4.open(stat.inode());
        for (int count = file.read(0, piece, 0, PIECE);
            count > 0;
            count = file.read(bytes, piece, 0, PIECE)) {
          to.write(piece, 0, count);
          bytes += count;
        }
      }
      finish(beside, stat);
      Files.move(beside, target, StandardCopyOption.ATOMIC_MOVE);
      return bytes;
    } finally {
      Files.deleteIfExists(beside);
    }
  }

  private long copyDirectory(Ext4Path source, FileStat stat, Path target) throws IOException {
    if (!Files.isDirectory(target)) {
      Files.createDirectory(target);
    }
    List<DirectoryEntry> entries = new ArrayList<>();
    try (Ext4Directory directory = ext4.openDirectory(stat.inode())) {
      for (DirectoryEntry entry = directory.next(); entry != null; entry = directory.next()) {
        if (!entry.name().equals(DOT) && !entry.name().equals(DOT_DOT)) {
          entries.add(entry);
        }
      }
    }
    for (DirectoryEntry entry : entries) {
      copy(
          source.resolve(entry.name()),
          ext4.stat(entry.inode()),
          target.resolve(localName(entry.name())));
    }
    finish(target, stat);
    return 0;
  }

  /** A name that came out of an image must not lead out of the directory that it belongs in. */
  private static String localName(ByteString name) throws IOException {
    String local = name.toString();
    if (local.indexOf('/') >= 0) {
      throw new IOException(name + ": cannot be the name of a file");
    }
    return local;
  }

  private long copyLink(FileStat stat, Path target) throws IOException {
    Files.deleteIfExists(target);
    Files.createSymbolicLink(target, Path.of(ext4.readlink(stat.inode()).toString()));
    setTimes(target, stat);
    return 0;
  }

  private static void finish(Path target, FileStat stat) throws IOException {
    Files.setPosixFilePermissions(target, permissions(stat.permissions()));
    setTimes(target, stat);
  }

  private static void setTimes(Path target, FileStat stat) throws IOException {
    Files.getFileAttributeView(target, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
        .setTimes(FileTime.from(stat.modified()), FileTime.from(stat.accessed()), null);
  }

  private static Set<PosixFilePermission> permissions(int mode) {
    PosixFilePermission[] fromLeft = PosixFilePermission.values();
    Set<PosixFilePermission> set = EnumSet.noneOf(PosixFilePermission.class);
    for (int i = 0; i < fromLeft.length; i++) {
      if ((mode >>> (fromLeft.length - 1 - i) & 1) != 0) {
        set.add(fromLeft[i]);
      }
    }
    return set;
  }
}
