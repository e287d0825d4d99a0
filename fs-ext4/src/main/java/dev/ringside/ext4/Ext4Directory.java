package dev.ringside.ext4;

import dev.ringside.ext4.dir.DirectoryCursor;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.DirectoryEntry;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An open directory: its entries, one after the other. Holds one block's entries at a time. */
public final class Ext4Directory {
  private final Ext4 ext4;
  private final DirectoryCursor cursor;
  private final List<DirectoryEntry> entries = new ArrayList<>();
  private int next;

  Ext4Directory(Ext4 ext4, DirectoryCursor cursor) {
    this.ext4 = ext4;
    this.cursor = cursor;
  }

  /** The next entry, {@code .} and {@code ..} among them, or null after the last. */
  public @Nullable DirectoryEntry next() throws Ext4Exception {
    while (next == entries.size()) {
      if (!fill()) {
        return null;
      }
    }
    return entries.get(next++);
  }

  private boolean fill() throws Ext4Exception {
    entries.clear();
    next = 0;
    ext4.lock();
    try {
      return cursor.next(entries);
    } finally {
      ext4.unlock();
    }
  }
}
