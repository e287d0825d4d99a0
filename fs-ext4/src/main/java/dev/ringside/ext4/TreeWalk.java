package dev.ringside.ext4;

import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4CorruptedException;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.ByteString;
import dev.ringside.ext4.format.DirectoryEntry;
import dev.ringside.ext4.format.FileType;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Goes through a tree, each directory before what is in it, names in the order of their bytes.
 * Symbolic links are not followed.
 *
 * <p>Memory holds the names of the directories from the start down to the current one. A directory
 * is visited once: one that lies in itself, in two directories or under two names is damage. A path
 * that grows longer than {@link Ext4Path#MAX_LENGTH} ends the walk.
 */
public final class TreeWalk {
  private static final ByteString DOT = ByteString.of(".");
  private static final ByteString DOT_DOT = ByteString.of("..");

  private final Ext4 ext4;
  private final Deque<Level> levels = new ArrayDeque<>();

  /**
   * One file of the tree.
   *
   * @param depth 1 for what is in the directory that the walk started at
   * @param last whether no name of the same directory follows
   */
  public record Visit(Ext4Path path, ByteString name, int depth, boolean last, FileStat stat) {}

  private static final class Level {
    final long inode;
    final Ext4Path path;
    final List<DirectoryEntry> entries;
    final Set<Long> directoriesVisited = new HashSet<>();
    int next;

    Level(long inode, Ext4Path path, List<DirectoryEntry> entries) {
      this.inode = inode;
      this.path = path;
      this.entries = entries;
    }
  }

  /** Starts in a directory, which is not visited itself. */
  public TreeWalk(Ext4 ext4, Ext4Path start) throws Ext4Exception {
    this.ext4 = ext4;
    enter(ext4.stat(start).inode(), start);
  }

  private void enter(long inode, Ext4Path path) throws Ext4Exception {
    Level above = levels.peekLast();
    List<DirectoryEntry> entries = new ArrayList<>();
    boolean leadsBack = above == null;
    Ext4Directory directory = ext4.openDirectory(inode);
    for (DirectoryEntry entry = directory.next(); entry != null; entry = directory.next()) {
      if (entry.name().equals(DOT_DOT)) {
        leadsBack |= above != null && entry.inode() == above.inode;
      } else if (!entry.name().equals(DOT)) {
        entries.add(entry);
      }
    }
    if (!leadsBack) {
      throw misplaced(inode, path, "but its parent is another directory");
    }
    entries.sort(Comparator.comparing(DirectoryEntry::name));
    levels.addLast(new Level(inode, path, entries));
  }

  /**
   * A directory knows its parent, so checking that, and the names of one parent against each other,
   * finds every second way to it. What is above the start is not known, which leaves the start.
   */
  private void checkFirstVisit(Level level, long inode, Ext4Path path)
      throws Ext4CorruptedException {
    if (!level.directoriesVisited.add(inode) || inode == levels.getFirst().inode) {
      throw misplaced(inode, path, "but was visited before");
    }
  }

  private static Ext4CorruptedException misplaced(long inode, Ext4Path path, String what) {
    return new Ext4CorruptedException(
        "directory of inode " + inode, "lies at %s, %s".formatted(path, what));
  }

  /** The next file, or null after the last. */
  public @Nullable Visit next() throws Ext4Exception {
    while (!levels.isEmpty()) {
      Level level = levels.getLast();
      if (level.next < level.entries.size()) {
        return visit(level);
      }
      levels.removeLast();
    }
    return null;
  }

  private Visit visit(Level level) throws Ext4Exception {
    int depth = levels.size();
    DirectoryEntry entry = level.entries.get(level.next++);
    boolean last = level.next == level.entries.size();
    Ext4Path path = level.path.resolve(entry.name());
    if (path.text().length() > Ext4Path.MAX_LENGTH) {
      throw new Ext4Exception(Errno.ENAMETOOLONG, path.toString());
    }
    FileStat stat = ext4.stat(entry.inode());
    if (stat.type() == FileType.DIRECTORY) {
      checkFirstVisit(level, entry.inode(), path);
      enter(entry.inode(), path);
    }
    return new Visit(path, entry.name(), depth, last, stat);
  }
}
