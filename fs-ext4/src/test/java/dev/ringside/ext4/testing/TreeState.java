package dev.ringside.ext4.testing;

import dev.ringside.ext4.Ext4;
import dev.ringside.ext4.Ext4Path;
import dev.ringside.ext4.FileStat;
import dev.ringside.ext4.TreeWalk;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.FileType;
import java.nio.file.Path;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Everything that can be seen of a filesystem's tree: by path, what {@code stat} says, and what the
 * file holds or points to.
 */
public record TreeState(SortedMap<String, String> files) {
  /** The tree of an image. */
  public static TreeState of(Path image) throws Ext4Exception {
    try (MountedImage mounted = MountedImage.of(image)) {
      return of(mounted.ext4());
    }
  }

  /** The tree of a mounted filesystem. */
  public static TreeState of(Ext4 ext4) throws Ext4Exception {
    SortedMap<String, String> files = new TreeMap<>();
    TreeWalk walk = new TreeWalk(ext4, Ext4Path.of("/"));
    for (TreeWalk.Visit visit = walk.next(); visit != null; visit = walk.next()) {
      FileStat stat = visit.stat();
      files.put(visit.path().toString(), stat + " " + content(ext4, stat));
    }
    return new TreeState(files);
  }

  private static String content(Ext4 ext4, FileStat stat) throws Ext4Exception {
    if (stat.type() == FileType.REGULAR) {
      return MountedImage.digest(ext4.open(stat.inode()));
    }
    return stat.type() == FileType.SYMLINK ? ext4.readlink(stat.inode()).toString() : "";
  }
}
