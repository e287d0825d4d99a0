package dev.ringside.lab.differ;

import dev.ringside.lab.files.FileTime;
import dev.ringside.lab.files.OpenFlag;

/**
 * What can be done with a filesystem, as data. Open files stand in numbered slots; an operation on
 * an empty slot does nothing.
 */
public sealed interface Operation {
  /** On an open file: done on behalf of who opened it. */
  sealed interface OnSlot extends Operation {
    int slot();
  }

  /** Opens into a slot; what stood there is closed. */
  record Open(int slot, String path, int flags, int mode) implements Operation {
    @Override
    public String toString() {
      return "Open[slot=%d, path=%s, flags=%s, mode=%04o]"
          .formatted(slot, path, OpenFlag.toString(flags), mode);
    }
  }

  record Close(int slot) implements OnSlot {}

  record Read(int slot, int length) implements OnSlot {}

  record ReadAt(int slot, long position, int length) implements OnSlot {}

  record Write(int slot, int length, int pattern) implements OnSlot {}

  record WriteAt(int slot, long position, int length, int pattern) implements OnSlot {}

  record Seek(int slot, long offset, int whence) implements OnSlot {}

  record TruncateOpen(int slot, long size) implements OnSlot {}

  record Fallocate(int slot, int mode, long offset, long length) implements OnSlot {}

  record Fsync(int slot, boolean dataOnly) implements OnSlot {}

  record StatOpen(int slot) implements OnSlot {}

  record ChmodOpen(int slot, int mode) implements OnSlot {
    @Override
    public String toString() {
      return "ChmodOpen[slot=%d, mode=%04o]".formatted(slot, mode);
    }
  }

  record LinkOpen(int slot, String path) implements OnSlot {}

  record Truncate(String path, long size) implements Operation {}

  record Stat(String path, boolean follow) implements Operation {}

  record ListDirectory(String path) implements Operation {}

  record Mkdir(String path, int mode) implements Operation {
    @Override
    public String toString() {
      return "Mkdir[path=%s, mode=%04o]".formatted(path, mode);
    }
  }

  record Rmdir(String path) implements Operation {}

  record Unlink(String path) implements Operation {}

  record Link(String existing, String path, boolean follow) implements Operation {}

  record Symlink(String target, String path) implements Operation {}

  record Readlink(String path) implements Operation {}

  record Rename(String from, String to, int flags) implements Operation {}

  record Mknod(String path, int mode, int major, int minor) implements Operation {
    @Override
    public String toString() {
      return "Mknod[path=%s, mode=%06o, device=%d:%d]".formatted(path, mode, major, minor);
    }
  }

  record Chmod(String path, int mode) implements Operation {
    @Override
    public String toString() {
      return "Chmod[path=%s, mode=%04o]".formatted(path, mode);
    }
  }

  record Chown(String path, int uid, int gid, boolean follow) implements Operation {}

  record Utimens(String path, FileTime access, FileTime modification, boolean follow)
      implements Operation {}

  record Access(String path, int mode) implements Operation {}

  /** Sets an attribute to {@code length} bytes of a pattern. */
  record SetAttribute(String path, String name, int length, int pattern, int flags, boolean follow)
      implements Operation {}

  /** Sets an access control list, {@code choice} being one of {@link AccessLists}. */
  record SetAccessList(String path, boolean ofDefault, int choice) implements Operation {}

  record GetAttribute(String path, String name, boolean follow) implements Operation {}

  record ListAttributes(String path, boolean follow) implements Operation {}

  record RemoveAttribute(String path, String name, boolean follow) implements Operation {}

  record Statfs() implements Operation {}

  record Sync() implements Operation {}

  /** Closes all slots, unmounts and mounts again. */
  record Remount() implements Operation {}

  /** Makes a file of a pattern in one go. */
  record WriteFile(String path, int length, int pattern) implements Operation {}

  /** Reads a file from its start to its end. */
  record ReadFile(String path) implements Operation {}

  /** Makes many empty files in a directory: their names are the prefix and a number. */
  record MakeMany(String directory, String prefix, int count) implements Operation {}

  /** Removes every {@code step}th of them, from the first on. */
  record RemoveMany(String directory, String prefix, int count, int step) implements Operation {}

  /** Appends to a file until nothing fits any more. */
  record Fill(String path) implements Operation {}

  /** Removes what {@link Fill} made, and waits until the space is free. */
  record Empty(String path) implements Operation {}
}
