package dev.ringside.lab.kernel;

import dev.ringside.lab.files.CallFailedException;
import dev.ringside.lab.files.Caller;
import dev.ringside.lab.files.FileCalls;
import dev.ringside.lab.files.FileState;
import dev.ringside.lab.files.FileTime;
import dev.ringside.lab.files.OpenFlag;
import dev.ringside.lab.files.SpaceState;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The calls on a directory of this machine, such as a {@link LoopMount}, by the kernel. To be used
 * by one thread, the one that made it, which must be the superuser's.
 */
public final class KernelFiles implements FileCalls, AutoCloseable {
  private static final long AT_FDCWD = -100;
  private static final long AT_SYMLINK_NOFOLLOW = 0x100;
  private static final long AT_REMOVEDIR = 0x200;
  private static final long AT_EACCESS = 0x200;
  private static final long AT_SYMLINK_FOLLOW = 0x400;
  private static final long AT_EMPTY_PATH = 0x1000;
  private static final long POSIX_FADV_DONTNEED = 4;
  private static final int O_CLOEXEC = 0x8_0000;
  private static final int DIRENT_LENGTH = 16;
  private static final int DIRENT_TYPE = 18;
  private static final int DIRENT_NAME = 19;
  private static final int MODE_SHIFT = 12;
  private static final long STATX_BASIC = 0x7ff;
  private static final int STATX_BYTES = 256;
  private static final int STATFS_BYTES = 120;
  private static final int BUFFER_BYTES = 1 << 20;

  private final String root;
  private final Linux linux = new Linux();
  private final MemorySegment buffer = linux.allocate(BUFFER_BYTES);
  private final ThreadCredentials credentials;

  private KernelFiles(Path root) throws IOException {
    this.root = root.toString();
    this.credentials = new ThreadCredentials(linux);
  }

  /** Calls on a directory. */
  public static KernelFiles at(Path root) throws IOException {
    if (!Linux.isSupported()) {
      throw new IOException("system calls are made on Linux on x86-64 only");
    }
    return new KernelFiles(root);
  }

  private String absolute(String path) {
    return path.isEmpty() ? root : root + "/" + path;
  }

  /** A call whose arguments need memory. */
  private interface Body {
    long run(Arena scratch) throws CallFailedException;
  }

  private static long with(Body body) throws CallFailedException {
    try (Arena scratch = Arena.ofConfined()) {
      return body.run(scratch);
    }
  }

  private long path(Arena scratch, String path) {
    return Linux.text(scratch, absolute(path)).address();
  }

  @Override
  public void become(Caller caller) {
    try {
      credentials.become(caller);
    } catch (CallFailedException refused) {
      throw new IllegalStateException("cannot become " + caller, refused);
    }
  }

  @Override
  public int open(String path, int flags, int mode) throws CallFailedException {
    return (int)
        with(s -> linux.call(SystemCall.OPENAT, AT_FDCWD, path(s, path), flags | O_CLOEXEC, mode));
  }

  @Override
  public void close(int handle) throws CallFailedException {
    linux.call(SystemCall.CLOSE, handle);
  }

  @Override
  public int read(int handle, byte[] target) throws CallFailedException {
    int count = (int) linux.call(SystemCall.READ, handle, buffer.address(), target.length);
    MemorySegment.copy(buffer, ValueLayout.JAVA_BYTE, 0, target, 0, count);
    return count;
  }

  @Override
  public int read(int handle, byte[] target, long position) throws CallFailedException {
    int count =
        (int) linux.call(SystemCall.PREAD64, handle, buffer.address(), target.length, position);
    MemorySegment.copy(buffer, ValueLayout.JAVA_BYTE, 0, target, 0, count);
    return count;
  }

  @Override
  public int write(int handle, byte[] source) throws CallFailedException {
    MemorySegment.copy(source, 0, buffer, ValueLayout.JAVA_BYTE, 0, source.length);
    return (int) linux.call(SystemCall.WRITE, handle, buffer.address(), source.length);
  }

  @Override
  public int write(int handle, byte[] source, long position) throws CallFailedException {
    MemorySegment.copy(source, 0, buffer, ValueLayout.JAVA_BYTE, 0, source.length);
    return (int) linux.call(SystemCall.PWRITE64, handle, buffer.address(), source.length, position);
  }

  @Override
  public long seek(int handle, long offset, int whence) throws CallFailedException {
    return linux.call(SystemCall.LSEEK, handle, offset, whence);
  }

  @Override
  public void truncate(String path, long size) throws CallFailedException {
    with(s -> linux.call(SystemCall.TRUNCATE, path(s, path), size));
  }

  @Override
  public void truncate(int handle, long size) throws CallFailedException {
    linux.call(SystemCall.FTRUNCATE, handle, size);
  }

  @Override
  public void fallocate(int handle, int mode, long offset, long length) throws CallFailedException {
    linux.call(SystemCall.FALLOCATE, handle, mode, offset, length);
  }

  @Override
  public void fsync(int handle) throws CallFailedException {
    linux.call(SystemCall.FSYNC, handle);
  }

  @Override
  public void fdatasync(int handle) throws CallFailedException {
    linux.call(SystemCall.FDATASYNC, handle);
  }

  @Override
  public void sync() throws CallFailedException {
    int handle = open("", 0, 0);
    try {
      linux.call(SystemCall.SYNCFS, handle);
    } finally {
      close(handle);
    }
  }

  @Override
  public FileState stat(String path, boolean follow) throws CallFailedException {
    long flags = follow ? 0 : AT_SYMLINK_NOFOLLOW;
    with(
        s ->
            linux.call(
                SystemCall.STATX, AT_FDCWD, path(s, path), flags, STATX_BASIC, buffer.address()));
    return state();
  }

  @Override
  public FileState stat(int handle) throws CallFailedException {
    with(
        s ->
            linux.call(
                SystemCall.STATX,
                handle,
                Linux.text(s, "").address(),
                AT_EMPTY_PATH,
                STATX_BASIC,
                buffer.address()));
    return state();
  }

  /** The fields of {@code struct statx}, at their places. */
  private FileState state() {
    MemorySegment statx = buffer.asSlice(0, STATX_BYTES);
    return new FileState(
        statx.get(ValueLayout.JAVA_LONG, 0x20),
        Short.toUnsignedInt(statx.get(ValueLayout.JAVA_SHORT, 0x1c)),
        statx.get(ValueLayout.JAVA_INT, 0x14),
        statx.get(ValueLayout.JAVA_INT, 0x18),
        Integer.toUnsignedLong(statx.get(ValueLayout.JAVA_INT, 0x10)),
        statx.get(ValueLayout.JAVA_LONG, 0x28),
        statx.get(ValueLayout.JAVA_LONG, 0x30),
        statx.get(ValueLayout.JAVA_INT, 0x04),
        statx.get(ValueLayout.JAVA_INT, 0x80),
        statx.get(ValueLayout.JAVA_INT, 0x84),
        time(statx, 0x40),
        time(statx, 0x70),
        time(statx, 0x60));
  }

  private static FileTime time(MemorySegment statx, long at) {
    return new FileTime(
        statx.get(ValueLayout.JAVA_LONG, at), statx.get(ValueLayout.JAVA_INT, at + Long.BYTES));
  }

  @Override
  public List<Entry> list(String path) throws CallFailedException {
    int handle = open(path, OpenFlag.DIRECTORY, 0);
    try {
      return list(handle);
    } finally {
      close(handle);
    }
  }

  private List<Entry> list(int handle) throws CallFailedException {
    List<Entry> entries = new ArrayList<>();
    for (; ; ) {
      long count = linux.call(SystemCall.GETDENTS64, handle, buffer.address(), BUFFER_BYTES);
      if (count == 0) {
        return entries;
      }
      for (long at = 0; at < count; ) {
        entries.add(
            new Entry(
                buffer.getString(at + DIRENT_NAME, StandardCharsets.ISO_8859_1),
                buffer.get(ValueLayout.JAVA_LONG_UNALIGNED, at),
                buffer.get(ValueLayout.JAVA_BYTE, at + DIRENT_TYPE) << MODE_SHIFT));
        at += Short.toUnsignedInt(buffer.get(ValueLayout.JAVA_SHORT_UNALIGNED, at + DIRENT_LENGTH));
      }
    }
  }

  @Override
  public void mkdir(String path, int mode) throws CallFailedException {
    with(s -> linux.call(SystemCall.MKDIRAT, AT_FDCWD, path(s, path), mode));
  }

  @Override
  public void rmdir(String path) throws CallFailedException {
    with(s -> linux.call(SystemCall.UNLINKAT, AT_FDCWD, path(s, path), AT_REMOVEDIR));
  }

  @Override
  public void unlink(String path) throws CallFailedException {
    with(s -> linux.call(SystemCall.UNLINKAT, AT_FDCWD, path(s, path), 0));
  }

  @Override
  public void link(String existing, String path, boolean follow) throws CallFailedException {
    with(
        s ->
            linux.call(
                SystemCall.LINKAT,
                AT_FDCWD,
                path(s, existing),
                AT_FDCWD,
                path(s, path),
                follow ? AT_SYMLINK_FOLLOW : 0));
  }

  @Override
  public void link(int handle, String path) throws CallFailedException {
    // Without a capability, an open file is named by its place in /proc.
    with(
        s ->
            linux.call(
                SystemCall.LINKAT,
                AT_FDCWD,
                Linux.text(s, "/proc/thread-self/fd/" + handle).address(),
                AT_FDCWD,
                path(s, path),
                AT_SYMLINK_FOLLOW));
  }

  @Override
  public void symlink(String target, String path) throws CallFailedException {
    with(
        s ->
            linux.call(
                SystemCall.SYMLINKAT, Linux.text(s, target).address(), AT_FDCWD, path(s, path)));
  }

  @Override
  public String readlink(String path) throws CallFailedException {
    long length =
        with(
            s ->
                linux.call(
                    SystemCall.READLINKAT,
                    AT_FDCWD,
                    path(s, path),
                    buffer.address(),
                    BUFFER_BYTES));
    return new String(bytes(length), StandardCharsets.ISO_8859_1);
  }

  private byte[] bytes(long length) {
    return buffer.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
  }

  @Override
  public void rename(String from, String to, int flags) throws CallFailedException {
    with(
        s ->
            linux.call(
                SystemCall.RENAMEAT2, AT_FDCWD, path(s, from), AT_FDCWD, path(s, to), flags));
  }

  @Override
  public void mknod(String path, int mode, int major, int minor) throws CallFailedException {
    long device =
        (minor & 0xff) | (major & 0xfffL) << 8 | (minor & ~0xffL) << 12 | (major & ~0xfffL) << 32;
    with(s -> linux.call(SystemCall.MKNODAT, AT_FDCWD, path(s, path), mode, device));
  }

  @Override
  public void chmod(String path, int mode) throws CallFailedException {
    with(s -> linux.call(SystemCall.CHMOD, path(s, path), mode));
  }

  @Override
  public void chmod(int handle, int mode) throws CallFailedException {
    linux.call(SystemCall.FCHMOD, handle, mode);
  }

  @Override
  public void chown(String path, int uid, int gid, boolean follow) throws CallFailedException {
    SystemCall call = follow ? SystemCall.CHOWN : SystemCall.LCHOWN;
    with(s -> linux.call(call, path(s, path), uid, gid));
  }

  @Override
  public void utimens(String path, FileTime access, FileTime modification, boolean follow)
      throws CallFailedException {
    with(
        s -> {
          MemorySegment times = s.allocate(4L * Long.BYTES, Long.BYTES);
          times.setAtIndex(ValueLayout.JAVA_LONG, 0, access.seconds());
          times.setAtIndex(ValueLayout.JAVA_LONG, 1, access.nanoseconds());
          times.setAtIndex(ValueLayout.JAVA_LONG, 2, modification.seconds());
          times.setAtIndex(ValueLayout.JAVA_LONG, 3, modification.nanoseconds());
          return linux.call(
              SystemCall.UTIMENSAT,
              AT_FDCWD,
              path(s, path),
              times.address(),
              follow ? 0 : AT_SYMLINK_NOFOLLOW);
        });
  }

  @Override
  public void access(String path, int mode) throws CallFailedException {
    // With the ids of the filesystem: the real ones stay the superuser's.
    with(s -> linux.call(SystemCall.FACCESSAT2, AT_FDCWD, path(s, path), mode, AT_EACCESS));
  }

  @Override
  public void setAttribute(String path, String name, byte[] value, int flags, boolean follow)
      throws CallFailedException {
    MemorySegment.copy(value, 0, buffer, ValueLayout.JAVA_BYTE, 0, value.length);
    with(
        s ->
            linux.call(
                follow ? SystemCall.SETXATTR : SystemCall.LSETXATTR,
                path(s, path),
                Linux.text(s, name).address(),
                buffer.address(),
                value.length,
                flags));
  }

  @Override
  public byte[] getAttribute(String path, String name, boolean follow) throws CallFailedException {
    return bytes(
        with(
            s ->
                linux.call(
                    follow ? SystemCall.GETXATTR : SystemCall.LGETXATTR,
                    path(s, path),
                    Linux.text(s, name).address(),
                    buffer.address(),
                    BUFFER_BYTES)));
  }

  @Override
  public List<String> listAttributes(String path, boolean follow) throws CallFailedException {
    long length =
        with(
            s ->
                linux.call(
                    follow ? SystemCall.LISTXATTR : SystemCall.LLISTXATTR,
                    path(s, path),
                    buffer.address(),
                    BUFFER_BYTES));
    List<String> names = new ArrayList<>();
    for (long at = 0; at < length; at += names.getLast().length() + 1L) {
      names.add(buffer.getString(at, StandardCharsets.ISO_8859_1));
    }
    return names;
  }

  @Override
  public void removeAttribute(String path, String name, boolean follow) throws CallFailedException {
    with(
        s ->
            linux.call(
                follow ? SystemCall.REMOVEXATTR : SystemCall.LREMOVEXATTR,
                path(s, path),
                Linux.text(s, name).address()));
  }

  /** The fields of {@code struct statfs}, all of 64 bits. */
  @Override
  public SpaceState statfs() throws CallFailedException {
    with(s -> linux.call(SystemCall.STATFS, path(s, ""), buffer.address()));
    MemorySegment statfs = buffer.asSlice(0, STATFS_BYTES);
    return new SpaceState(
        (int) statfs.getAtIndex(ValueLayout.JAVA_LONG, 1),
        statfs.getAtIndex(ValueLayout.JAVA_LONG, 2),
        statfs.getAtIndex(ValueLayout.JAVA_LONG, 3),
        statfs.getAtIndex(ValueLayout.JAVA_LONG, 4),
        statfs.getAtIndex(ValueLayout.JAVA_LONG, 5),
        statfs.getAtIndex(ValueLayout.JAVA_LONG, 6),
        (int) statfs.getAtIndex(ValueLayout.JAVA_LONG, 8));
  }

  /** Writes an open file and drops what is cached of its content. */
  public void forget(int handle) throws CallFailedException {
    fsync(handle);
    linux.call(SystemCall.FADVISE64, handle, 0, 0, POSIX_FADV_DONTNEED);
  }

  /** The thread is the superuser again, with a umask of 0. */
  @Override
  public void close() {
    become(Caller.ROOT);
    linux.close();
  }
}
