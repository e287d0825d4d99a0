package dev.ringside.ext4;

import dev.ringside.ext4.cache.MetadataCache;
import dev.ringside.ext4.content.FileContent;
import dev.ringside.ext4.dir.Directory;
import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.ByteString;
import dev.ringside.ext4.format.DirectoryBlock;
import dev.ringside.ext4.format.DirectoryEntry;
import dev.ringside.ext4.format.FileType;
import dev.ringside.ext4.format.Inode;
import dev.ringside.ext4.format.Superblock;
import dev.ringside.ext4.inode.InodeTable;
import java.util.ArrayDeque;
import java.util.List;

/**
 * From a path to an inode (POSIX.1, section 4.16, "Pathname Resolution"). Every path starts at the
 * root. The way back up is the way that led down, not what an image says is above.
 */
final class PathResolver {
  /** As many symbolic links as Linux follows in one path. */
  private static final int MAX_LINKS = 40;

  private static final ByteString DOT = ByteString.of(".");
  private static final ByteString DOT_DOT = ByteString.of("..");

  private final Superblock superblock;
  private final MetadataCache cache;
  private final InodeTable inodes;
  private final FileContent content;

  PathResolver(Superblock superblock, MetadataCache cache, InodeTable inodes, FileContent content) {
    this.superblock = superblock;
    this.cache = cache;
    this.inodes = inodes;
    this.content = content;
  }

  /** Whether a path's last name is followed when it is a symbolic link. */
  enum LastLink {
    FOLLOW,
    KEEP
  }

  Inode resolve(Ext4Path path, LastLink lastLink) throws Ext4Exception {
    checkLength(path);
    return new Walk(path).run(lastLink);
  }

  private static void checkLength(Ext4Path path) throws Ext4Exception {
    if (path.text().length() == 0) {
      throw new Ext4Exception(Errno.ENOENT, "an empty path");
    }
    if (path.text().length() > Ext4Path.MAX_LENGTH) {
      throw new Ext4Exception(Errno.ENAMETOOLONG, path.toString());
    }
  }

  /** One resolution. */
  private final class Walk {
    private final Ext4Path path;

    /** The names that are still to be looked up. */
    private final ArrayDeque<ByteString> pending = new ArrayDeque<>();

    /** From the root to where the walk is; only the last can be something else than a directory. */
    private final ArrayDeque<Inode> chain = new ArrayDeque<>();

    private boolean mustBeDirectory;
    private int linksFollowed;

    Walk(Ext4Path path) {
      this.path = path;
    }

    Inode run(LastLink lastLink) throws Ext4Exception {
      chain.addLast(inodes.read(Superblock.ROOT_INODE));
      enter(path);
      while (!pending.isEmpty()) {
        ByteString name = pending.removeFirst();
        requireDirectory();
        if (name.equals(DOT_DOT)) {
          if (chain.size() > 1) {
            chain.removeLast();
          }
        } else if (!name.equals(DOT)) {
          step(lookup(name), lastLink);
        }
      }
      if (mustBeDirectory) {
        requireDirectory();
      }
      return chain.getLast();
    }

    private void enter(Ext4Path next) {
      List<ByteString> names = next.names();
      // A slash behind the last name of a link's target is the end of the whole path's only when
      // nothing follows the link.
      mustBeDirectory |= pending.isEmpty() && next.asksForDirectory();
      for (int i = names.size() - 1; i >= 0; i--) {
        pending.addFirst(names.get(i));
      }
    }

    private void requireDirectory() throws Ext4Exception {
      if (chain.getLast().type() != FileType.DIRECTORY) {
        throw new Ext4Exception(Errno.ENOTDIR, path.toString());
      }
    }

    private Inode lookup(ByteString name) throws Ext4Exception {
      if (name.length() > DirectoryBlock.MAX_NAME_LENGTH) {
        throw new Ext4Exception(Errno.ENAMETOOLONG, path.toString());
      }
      DirectoryEntry entry = Directory.of(chain.getLast(), superblock, cache).lookup(name);
      if (entry == null) {
        throw new Ext4Exception(Errno.ENOENT, path.toString());
      }
      return inodes.read(entry.inode());
    }

    private void step(Inode next, LastLink lastLink) throws Ext4Exception {
      boolean last = pending.isEmpty() && !mustBeDirectory;
      if (next.type() != FileType.SYMLINK || (last && lastLink == LastLink.KEEP)) {
        chain.addLast(next);
        return;
      }
      linksFollowed++;
      if (linksFollowed > MAX_LINKS) {
        throw new Ext4Exception(Errno.ELOOP, path.toString());
      }
      Ext4Path target = new Ext4Path(content.readLink(next));
      if (target.isAbsolute()) {
        Inode root = chain.getFirst();
        chain.clear();
        chain.addLast(root);
      }
      enter(target);
    }
  }
}
