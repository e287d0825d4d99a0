package dev.ringside.lab.differ;

import dev.ringside.ext4.error.Errno;
import dev.ringside.lab.files.AccessList;
import dev.ringside.lab.files.CallFailedException;
import dev.ringside.lab.files.Caller;
import dev.ringside.lab.files.FileCalls;
import dev.ringside.lab.files.FileState;
import dev.ringside.lab.files.OpenFlag;
import dev.ringside.lab.files.Whence;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Does operations on one side, and says what came of each as text: equal texts are equal outcomes.
 *
 * <p>Not in the text is what two sound filesystems may choose for themselves: inode numbers, the
 * order of a directory and of attributes, the size of a directory, blocks taken and left. Times
 * near the present are just that; which of two reads changed the access time is left out.
 */
public final class Interpreter {
  /** How many files can be open at once. */
  public static final int SLOTS = 6;

  private static final int CLOSED = -1;
  private static final int SHOWN_BYTES = 8;
  private static final int READ_CHUNK = 1 << 16;
  private static final int FILL_CHUNK = 1 << 16;
  private static final int FILL_SMALL = 512;
  private static final String DONE = "done";
  private static final String EMPTY_SLOT = "empty slot";
  private static final String SPECIAL = "special file";

  private final Side side;
  private final StateText states;
  private final int[] slots = new int[SLOTS];
  private @Nullable CallFailedException lastFailure;
  private final List<Caller> openers = new ArrayList<>(Collections.nCopies(SLOTS, Caller.ROOT));

  /** Does operations on a side from now on; they begin with no open file. */
  public Interpreter(Side side) {
    this.side = side;
    this.states = new StateText();
    Arrays.fill(slots, CLOSED);
  }

  /** Whether an outcome is a failure with an errno, which changed nothing. */
  static boolean isFailure(String outcome) {
    return outcome.matches("E[A-Z0-9]+|errno \\d+");
  }

  /**
   * Does one operation.
   *
   * @return what came of it; a failure is its errno's name
   */
  public String run(Step step) throws IOException {
    FileCalls calls = side.calls();
    try {
      // An open file is used on behalf of who opened it, as most programs do.
      Caller caller =
          step.operation() instanceof Operation.OnSlot onSlot
              ? openers.get(onSlot.slot())
              : step.caller();
      calls.become(caller);
      if (step.operation() instanceof Operation.Open open) {
        openers.set(open.slot(), caller);
      }
      return run(step.operation(), caller, calls);
    } catch (CallFailedException failed) {
      lastFailure = failed;
      return CallFailedException.nameOf(failed.errno());
    } finally {
      side.calls().become(Caller.ROOT);
    }
  }

  /** More about the last failure, which no comparison needs; empty when there is no more. */
  String detail() {
    Throwable cause = lastFailure == null ? null : lastFailure.getCause();
    return cause == null ? "" : " (" + cause.getMessage() + ")";
  }

  /** Closes what is open. */
  public void closeAll() {
    for (int slot = 0; slot < SLOTS; slot++) {
      try {
        close(slot, side.calls());
      } catch (CallFailedException lost) {
        // The outcome of a close that nobody asked for.
      }
    }
  }

  private String run(Operation operation, Caller caller, FileCalls calls) throws IOException {
    return switch (operation) {
      case Operation.Open open -> open(open, calls);
      case Operation.Close(int slot) -> close(slot, calls);
      case Operation.Read(int slot, int length) -> onSlot(slot, h -> content(calls, h, length, -1));
      case Operation.ReadAt(int slot, long position, int length) ->
          onSlot(slot, h -> content(calls, h, length, position));
      case Operation.Write(int slot, int length, int pattern) ->
          onSlot(slot, h -> "wrote " + calls.write(h, Pattern.of(length, pattern)));
      case Operation.WriteAt(int slot, long position, int length, int pattern) ->
          onSlot(slot, h -> "wrote " + calls.write(h, Pattern.of(length, pattern), position));
      case Operation.Seek(int slot, long offset, int whence) ->
          onSlot(slot, h -> seek(calls, h, offset, whence));
      case Operation.TruncateOpen(int slot, long size) ->
          onSlot(slot, h -> done(() -> calls.truncate(h, size)));
      case Operation.Fallocate(int slot, int mode, long offset, long length) ->
          onSlot(slot, h -> done(() -> calls.fallocate(h, mode, offset, length)));
      case Operation.Fsync(int slot, boolean dataOnly) ->
          onSlot(slot, h -> done(() -> sync(calls, h, dataOnly)));
      case Operation.StatOpen(int slot) -> onSlot(slot, h -> states.of(calls.stat(h)));
      case Operation.ChmodOpen(int slot, int mode) ->
          onSlot(slot, h -> done(() -> calls.chmod(h, mode)));
      case Operation.LinkOpen(int slot, String path) ->
          onSlot(slot, h -> link(openers.get(slot), calls.stat(h), () -> calls.link(h, path)));
      case Operation.Truncate(String path, long size) -> done(() -> calls.truncate(path, size));
      case Operation.Stat(String path, boolean follow) -> states.of(calls.stat(path, follow));
      case Operation.ListDirectory(String path) -> listDirectory(path, calls);
      case Operation.Mkdir(String path, int mode) -> done(() -> calls.mkdir(path, mode));
      case Operation.Rmdir(String path) -> done(() -> calls.rmdir(path));
      case Operation.Unlink(String path) -> done(() -> calls.unlink(path));
      case Operation.Link link -> link(link, caller, calls);
      case Operation.Symlink(String target, String path) -> done(() -> calls.symlink(target, path));
      case Operation.Readlink(String path) -> "-> " + calls.readlink(path);
      case Operation.Rename(String from, String to, int flags) ->
          done(() -> calls.rename(from, to, flags));
      case Operation.Mknod(String path, int mode, int major, int minor) ->
          done(() -> calls.mknod(path, mode, major, minor));
      case Operation.Chmod(String path, int mode) -> done(() -> calls.chmod(path, mode));
      case Operation.Chown(String path, int uid, int gid, boolean follow) ->
          done(() -> calls.chown(path, uid, gid, follow));
      case Operation.Utimens times ->
          done(
              () ->
                  calls.utimens(
                      times.path(), times.access(), times.modification(), times.follow()));
      case Operation.Access(String path, int mode) -> done(() -> calls.access(path, mode));
      case Operation.SetAttribute set ->
          done(
              () ->
                  calls.setAttribute(
                      set.path(),
                      set.name(),
                      Pattern.of(set.length(), set.pattern()),
                      set.flags(),
                      set.follow()));
      case Operation.SetAccessList(String path, boolean ofDefault, int choice) ->
          done(
              () ->
                  calls.setAttribute(
                      path,
                      ofDefault ? AccessList.DEFAULT : AccessList.ACCESS,
                      AccessLists.of(choice),
                      0,
                      true));
      case Operation.GetAttribute(String path, String name, boolean follow) ->
          bytes(calls.getAttribute(path, name, follow));
      case Operation.ListAttributes(String path, boolean follow) ->
          calls.listAttributes(path, follow).stream().sorted().toList().toString();
      case Operation.RemoveAttribute(String path, String name, boolean follow) ->
          done(() -> calls.removeAttribute(path, name, follow));
      case Operation.Statfs() -> states.of(calls.statfs());
      case Operation.Sync() -> done(calls::sync);
      case Operation.Remount() -> remount();
      case Operation.WriteFile file -> writeFile(file, calls);
      case Operation.ReadFile(String path) -> readFile(path, calls);
      case Operation.MakeMany many -> makeMany(many, calls);
      case Operation.RemoveMany many -> removeMany(many, calls);
      case Operation.Fill(String path) -> fill(path, calls);
      case Operation.Empty(String path) -> empty(path, calls);
    };
  }

  /** A call that returns nothing. */
  private interface Call {
    void run() throws IOException;
  }

  /** What is done with an open file. */
  private interface OnHandle {
    String run(int handle) throws IOException;
  }

  private static String done(Call call) throws IOException {
    call.run();
    return DONE;
  }

  private String onSlot(int slot, OnHandle body) throws IOException {
    return slots[slot] == CLOSED ? EMPTY_SLOT : body.run(slots[slot]);
  }

  private String open(Operation.Open open, FileCalls calls) throws CallFailedException {
    close(open.slot(), calls);
    int handle = openFile(open.path(), open.flags(), open.mode(), calls);
    if (handle == CLOSED) {
      return SPECIAL;
    }
    slots[open.slot()] = handle;
    return DONE;
  }

  /** Opens a file or directory; of special files, what opening does is no filesystem's business. */
  private static int openFile(String path, int flags, int mode, FileCalls calls)
      throws CallFailedException {
    int handle;
    try {
      // A FIFO would wait for its other end.
      handle = calls.open(path, flags | OpenFlag.NON_BLOCKING, mode);
    } catch (CallFailedException failed) {
      if (failed.errno() == Errno.ENXIO.number() || failed.errno() == Errno.ENODEV.number()) {
        return CLOSED;
      }
      throw failed;
    }
    int type = calls.stat(handle).type();
    if (type != FileState.REGULAR && type != FileState.DIRECTORY) {
      calls.close(handle);
      return CLOSED;
    }
    return handle;
  }

  private String close(int slot, FileCalls calls) throws CallFailedException {
    int handle = slots[slot];
    if (handle == CLOSED) {
      return EMPTY_SLOT;
    }
    slots[slot] = CLOSED;
    calls.close(handle);
    return DONE;
  }

  /** Reads at the handle's own position when {@code position} is -1. */
  private static String content(FileCalls calls, int handle, int length, long position)
      throws CallFailedException {
    byte[] target = new byte[length];
    int count = position == -1 ? calls.read(handle, target) : calls.read(handle, target, position);
    return bytes(Arrays.copyOf(target, count));
  }

  private String seek(FileCalls calls, int handle, long offset, int whence) throws IOException {
    if (calls.stat(handle).type() == FileState.DIRECTORY) {
      // What a place in a directory is, is its own business.
      return "directory";
    }
    if (whence == Whence.DATA || whence == Whence.HOLE) {
      side.settle(handle);
    }
    return "at " + calls.seek(handle, offset, whence);
  }

  private static String link(Operation.Link link, Caller caller, FileCalls calls)
      throws IOException {
    Call call = () -> calls.link(link.existing(), link.path(), link.follow());
    if (caller.uid() == 0) {
      return done(call);
    }
    FileState state = calls.stat(link.existing(), link.follow());
    return link(caller, state, call);
  }

  /** Whether somebody may link the files of others is a setting of the machine. */
  private static String link(Caller caller, FileState state, Call call) throws IOException {
    return caller.uid() != 0 && state.uid() != caller.uid() ? "of somebody else" : done(call);
  }

  private static void sync(FileCalls calls, int handle, boolean dataOnly)
      throws CallFailedException {
    if (dataOnly) {
      calls.fdatasync(handle);
    } else {
      calls.fsync(handle);
    }
  }

  private static String bytes(byte[] content) {
    CRC32C sum = new CRC32C();
    sum.update(content);
    byte[] shown = Arrays.copyOf(content, Math.min(content.length, SHOWN_BYTES));
    return "%d bytes, crc32c %08x: %s"
        .formatted(content.length, sum.getValue(), HexFormat.of().formatHex(shown));
  }

  private static String listDirectory(String path, FileCalls calls) throws CallFailedException {
    return calls.list(path).stream()
        .map(entry -> FileState.letter(entry.type()) + entry.name())
        .sorted()
        .toList()
        .toString();
  }

  private String remount() throws IOException {
    closeAll();
    side.calls().become(Caller.ROOT);
    side.remount();
    return DONE;
  }

  private static String writeFile(Operation.WriteFile file, FileCalls calls)
      throws CallFailedException {
    int handle =
        openFile(
            file.path(), OpenFlag.WRITE_ONLY | OpenFlag.CREATE | OpenFlag.TRUNCATE, 0666, calls);
    if (handle == CLOSED) {
      return SPECIAL;
    }
    try {
      return "wrote " + calls.write(handle, Pattern.of(file.length(), file.pattern()));
    } finally {
      calls.close(handle);
    }
  }

  private String readFile(String path, FileCalls calls) throws IOException {
    int handle = openFile(path, 0, 0, calls);
    if (handle == CLOSED) {
      return SPECIAL;
    }
    try {
      FileState state = calls.stat(handle);
      if (state.type() != FileState.REGULAR) {
        return SPECIAL;
      }
      if (ContentSum.asksForData(state.size())) {
        // Linux does not find data that is dirty behind a large hole of a block map.
        side.settle(handle);
      }
      return ContentSum.of(calls, handle, state.size(), READ_CHUNK);
    } finally {
      calls.close(handle);
    }
  }

  private static String makeMany(Operation.MakeMany many, FileCalls calls)
      throws CallFailedException {
    for (int i = 0; i < many.count(); i++) {
      try {
        calls.close(
            calls.open(
                many.directory() + "/" + many.prefix() + i,
                OpenFlag.WRITE_ONLY | OpenFlag.CREATE | OpenFlag.NON_BLOCKING,
                0644));
      } catch (CallFailedException failed) {
        return "made %d, then %s".formatted(i, CallFailedException.nameOf(failed.errno()));
      }
    }
    return DONE;
  }

  private static String removeMany(Operation.RemoveMany many, FileCalls calls) {
    int removed = 0;
    for (int i = 0; i < many.count(); i += many.step()) {
      try {
        calls.unlink(many.directory() + "/" + many.prefix() + i);
        removed++;
      } catch (CallFailedException absent) {
        // It counts what was there.
      }
    }
    return "removed " + removed;
  }

  /** How much fitted is not told: it depends on where blocks were allocated. */
  private static String fill(String path, FileCalls calls) throws CallFailedException {
    int handle = calls.open(path, OpenFlag.WRITE_ONLY | OpenFlag.CREATE | OpenFlag.APPEND, 0600);
    try {
      for (int chunk : new int[] {FILL_CHUNK, FILL_SMALL}) {
        byte[] content = Pattern.of(chunk, chunk);
        try {
          while (calls.write(handle, content) > 0) {
            // Until it fails.
          }
        } catch (CallFailedException full) {
          if (full.errno() != Errno.ENOSPC.number()) {
            throw full;
          }
        }
        try {
          calls.fsync(handle);
        } catch (CallFailedException full) {
          if (full.errno() != Errno.ENOSPC.number()) {
            throw full;
          }
        }
      }
      return "full";
    } finally {
      calls.close(handle);
    }
  }

  private static String empty(String path, FileCalls calls) throws CallFailedException {
    calls.become(Caller.ROOT);
    calls.unlink(path);
    calls.sync();
    return DONE;
  }
}
