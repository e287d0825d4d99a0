package dev.ringside.ext4;

import dev.ringside.ext4.dir.Directory;
import dev.ringside.ext4.inode.InodeUse;
import org.jspecify.annotations.Nullable;

/** What a mount remembers about a file in use. */
final class FileUse implements InodeUse {
  /** For a directory that was looked into. */
  @Nullable Directory directory;

  /** Whether a file without a name may be given one: it was made as a temporary one. */
  boolean nameable;
}
