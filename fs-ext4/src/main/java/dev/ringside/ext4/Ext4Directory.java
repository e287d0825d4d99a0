package dev.ringside.ext4;

import dev.ringside.ext4.dir.DirectoryCursor;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.DirectoryEntry;
import dev.ringside.ext4.inode.InCoreInode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An open directory: its entries, one after the other. Holds one block's entries at a time, and the
 * directory itself until its end was reached or {@link #close} was called.
 */
public final class Ext4Directory implements AutoCloseable {
  private final Ext4 ext4;
  private final InCoreInode file;
  private final DirectoryCursor cursor;
  private final List<DirectoryEntry> entries = new ArrayList<>();
  private int next;
  private boolean ended;

  /** A directory that the caller holds for this object. */
  Ext4Directory(Ext4 ext4, InCoreInode file, DirectoryCursor cursor) {
    this.ext4 = ext4;
    this.file = file;
    this.cursor = cursor;
  }

  /** The next entry, {@code .} and {@code ..} among them, or null after the last. */
  public @Nullable DirectoryEntry next() throws Ext4Exception {
    while (next == entries.size()) {
      if (!fill()) {
        close();
        return null;
      }
    }
    return entries.get(next++);
  }

  private boolean fill() throws Ext4Exception {
    entries.clear();
    next = 0;
    if (ended) {
      return false;
    }
    return ext4.run(
        volume -> {
          // One that was removed has no names, not even its own.
          if (file.inode().links() == 0) {
            return false;
          }
          volume.accessTimes().accessed(file);
          return cursor.next(entries);
        });
  }

  /** Lets the directory go. */
  @Override
  public void close() throws Ext4Exception {
    if (!ended) {
      ended = true;
      ext4.changeUnlessEnded(
          volume -> {
            if (file.release()) {
              volume.deletion().deleteIfUnused(file);
            }
          });
    }
  }
}
