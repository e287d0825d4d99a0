package dev.ringside.ext4;

import dev.ringside.ext4.Place.LastName;
import dev.ringside.ext4.access.Credentials;
import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.ByteString;
import dev.ringside.ext4.format.DirectoryBlock;
import dev.ringside.ext4.format.FileType;
import dev.ringside.ext4.format.Superblock;
import dev.ringside.ext4.inode.InCoreInode;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * From a path to a file (POSIX.1, section 4.16, "Pathname Resolution"). Every path starts at the
 * root. The way back up is the way that led down, not what an image says is above.
 *
 * <p>One object serves any number of walks, one after the other, and allocates nothing for names
 * that are cached.
 */
final class PathWalk {
  /** As many symbolic links as Linux follows in one path. */
  private static final int MAX_LINKS = 40;

  private static final byte SLASH = '/';
  private static final byte DOT = '.';

  private final Volume volume;

  private Ext4Path path = Ext4Path.ROOT;
  private Credentials credentials = Credentials.ROOT;

  /** From the root to where the walk is. */
  private @Nullable InCoreInode[] chain = new @Nullable InCoreInode[16];

  private int depth;

  /** What is walked now, and where in it. */
  private ByteString text = Ext4Path.ROOT.text();

  private int at;

  /** What is walked on when the target of a link has ended. */
  private final @Nullable ByteString[] texts = new @Nullable ByteString[MAX_LINKS];

  private final int[] positions = new int[MAX_LINKS];
  private int saved;
  private int linksFollowed;

  /** The last name, in {@link #text}. */
  private int nameStart;

  private int nameEnd;
  private LastName kind = LastName.ROOT;
  private boolean slash;
  private boolean mustBeDirectory;

  PathWalk(Volume volume) {
    this.volume = volume;
  }

  /** The file that a path leads to. */
  InCoreInode resolve(Ext4Path wanted, LinkPolicy links, Credentials user) throws Ext4Exception {
    begin(wanted, user);
    while (true) {
      InCoreInode file = last();
      if (file == null) {
        throw failed(Errno.ENOENT);
      }
      if (isLink(file) && (links == LinkPolicy.FOLLOW || mustBeDirectory)) {
        follow(file);
        continue;
      }
      if (mustBeDirectory && file.inode().type() != FileType.DIRECTORY) {
        throw failed(Errno.ENOTDIR);
      }
      return file;
    }
  }

  /** The place that a path names; its last name is not looked up. */
  Place place(Ext4Path wanted, Credentials user) throws Ext4Exception {
    begin(wanted, user);
    return place();
  }

  /** Goes to the last name of a path. */
  void begin(Ext4Path wanted, Credentials user) throws Ext4Exception {
    path = wanted;
    credentials = user;
    text = wanted.text();
    if (text.length() == 0) {
      throw failed(Errno.ENOENT);
    }
    if (text.length() > Ext4Path.MAX_LENGTH) {
      throw failed(Errno.ENAMETOOLONG);
    }
    at = 0;
    saved = 0;
    linksFollowed = 0;
    mustBeDirectory = false;
    depth = 0;
    chain[0] = volume.inodes().get(Superblock.ROOT_INODE);
    toLast();
  }

  /** The place of the last name. */
  Place place() {
    ByteString name =
        kind == LastName.ROOT ? text.substring(0, 0) : text.substring(nameStart, nameEnd);
    return new Place(current(), name, kind, slash);
  }

  /** What the last name is. */
  LastName kind() {
    return kind;
  }

  /** Whether a slash follows the last name. */
  boolean hasSlash() {
    return slash;
  }

  /** Whether the path can only lead to a directory. */
  boolean mustBeDirectory() {
    return mustBeDirectory;
  }

  /** The directory of the last name. */
  InCoreInode current() {
    InCoreInode here = chain[depth];
    if (here == null) {
      throw new IllegalStateException();
    }
    return here;
  }

  /** Whether a directory lies on the way from the root to the directory of the last name. */
  boolean passes(InCoreInode directory) {
    for (int i = 0; i <= depth; i++) {
      if (chain[i] == directory) {
        return true;
      }
    }
    return false;
  }

  /** The file of the last name, or null when there is none. */
  @Nullable InCoreInode last() throws Ext4Exception {
    return switch (kind) {
      case ROOT, DOT -> current();
      case DOT_DOT -> chain[Math.max(0, depth - 1)];
      case NORMAL -> child(nameStart, nameEnd);
    };
  }

  /** Goes on to the last name of a link's target. */
  void follow(InCoreInode link) throws Ext4Exception {
    enter(link);
    toLast();
  }

  private void enter(InCoreInode link) throws Ext4Exception {
    linksFollowed++;
    if (linksFollowed > MAX_LINKS) {
      throw failed(Errno.ELOOP);
    }
    if (!restIsSlashes(text, at)) {
      texts[saved] = text;
      positions[saved] = at;
      saved++;
    }
    text = volume.linkTarget(link);
    at = 0;
    if (text.byteAt(0) == SLASH) {
      depth = 0;
    }
  }

  private static boolean isLink(InCoreInode file) {
    return file.inode().type() == FileType.SYMLINK;
  }

  private static boolean restIsSlashes(ByteString text, int start) {
    int position = start;
    while (position < text.length() && text.byteAt(position) == SLASH) {
      position++;
    }
    return position == text.length();
  }

  /** Walks until only the last name is left. */
  private void toLast() throws Ext4Exception {
    kind = LastName.ROOT;
    slash = false;
    while (true) {
      while (at < text.length() && text.byteAt(at) == SLASH) {
        at++;
      }
      if (at == text.length()) {
        // What was saved has more names, so this is the end only of a path that is all slashes.
        if (saved == 0) {
          return;
        }
        resume();
        continue;
      }
      volume.permissions().search(current(), credentials, path);
      nameStart = at;
      nameEnd = text.indexOf(SLASH, at);
      at = nameEnd;
      kind = kindOf(nameStart, nameEnd);
      if (saved == 0 && restIsSlashes(text, at)) {
        slash = at < text.length();
        mustBeDirectory |= slash;
        return;
      }
      step();
    }
  }

  private void resume() {
    saved--;
    ByteString outer = texts[saved];
    if (outer != null) {
      text = outer;
    }
    at = positions[saved];
    texts[saved] = null;
  }

  private LastName kindOf(int start, int end) {
    if (text.byteAt(start) != DOT) {
      return LastName.NORMAL;
    }
    if (end - start == 1) {
      return LastName.DOT;
    }
    return end - start == 2 && text.byteAt(start + 1) == DOT ? LastName.DOT_DOT : LastName.NORMAL;
  }

  /** Goes into the directory that a name that is not the last leads to. */
  private void step() throws Ext4Exception {
    switch (kind) {
      case ROOT, DOT -> {}
      case DOT_DOT -> depth = Math.max(0, depth - 1);
      case NORMAL -> stepInto(child(nameStart, nameEnd));
    }
  }

  private void stepInto(@Nullable InCoreInode file) throws Ext4Exception {
    if (file == null) {
      throw failed(Errno.ENOENT);
    }
    switch (file.inode().type()) {
      case SYMLINK -> enter(file);
      case DIRECTORY -> {
        depth++;
        if (depth == chain.length) {
          chain = Arrays.copyOf(chain, depth * 2);
        }
        chain[depth] = file;
      }
      case FIFO, CHARACTER_DEVICE, BLOCK_DEVICE, REGULAR, SOCKET -> throw failed(Errno.ENOTDIR);
    }
  }

  private @Nullable InCoreInode child(int start, int end) throws Ext4Exception {
    if (end - start > DirectoryBlock.MAX_NAME_LENGTH) {
      throw failed(Errno.ENAMETOOLONG);
    }
    return volume.lookup(current(), text, start, end);
  }

  private Ext4Exception failed(Errno errno) {
    return new Ext4Exception(errno, path.toString());
  }
}
