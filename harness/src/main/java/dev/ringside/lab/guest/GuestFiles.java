package dev.ringside.lab.guest;

import dev.ringside.ext4.AccessMode;
import dev.ringside.ext4.Ext4;
import dev.ringside.ext4.Ext4Directory;
import dev.ringside.ext4.Ext4Path;
import dev.ringside.ext4.FileStat;
import dev.ringside.ext4.FileSystemStat;
import dev.ringside.ext4.LinkPolicy;
import dev.ringside.ext4.OpenFile;
import dev.ringside.ext4.Session;
import dev.ringside.ext4.TimeChange;
import dev.ringside.ext4.Whence;
import dev.ringside.ext4.access.Credentials;
import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.ByteString;
import dev.ringside.ext4.format.DeviceNumber;
import dev.ringside.ext4.format.DirectoryEntry;
import dev.ringside.ext4.format.FileType;
import dev.ringside.ext4.xattr.AttributeMode;
import dev.ringside.lab.files.AttributeFlag;
import dev.ringside.lab.files.CallFailedException;
import dev.ringside.lab.files.Caller;
import dev.ringside.lab.files.FileCalls;
import dev.ringside.lab.files.FileState;
import dev.ringside.lab.files.FileTime;
import dev.ringside.lab.files.OpenFlag;
import dev.ringside.lab.files.SpaceState;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The calls on a filesystem that Ringside has mounted. */
public final class GuestFiles implements FileCalls {
  private final Ext4 ext4;
  private final Map<Integer, OpenFile> open = new HashMap<>();
  private Session session;
  private int nextHandle;

  GuestFiles(Ext4 ext4) {
    this.ext4 = ext4;
    this.session = session(Caller.ROOT);
  }

  private Session session(Caller caller) {
    Set<Long> groups = new HashSet<>();
    caller.groups().forEach(group -> groups.add((long) group));
    return ext4.session(new Credentials(caller.uid(), caller.gid(), groups))
        .withUmask(caller.umask());
  }

  /** A call of the filesystem. */
  private interface Call<T> {
    T run() throws Ext4Exception;
  }

  /** A call that returns nothing. */
  private interface Act {
    void run() throws Ext4Exception;
  }

  private static <T> T get(Call<T> call) throws CallFailedException {
    try {
      return call.run();
    } catch (Ext4Exception failure) {
      throw new CallFailedException(failure.errno().number(), failure);
    }
  }

  private static void act(Act act) throws CallFailedException {
    try {
      act.run();
    } catch (Ext4Exception failure) {
      throw new CallFailedException(failure.errno().number(), failure);
    }
  }

  private static ByteString text(String bytes) {
    return ByteString.of(bytes.getBytes(StandardCharsets.ISO_8859_1));
  }

  private static String text(ByteString bytes) {
    return new String(bytes.toBytes(), StandardCharsets.ISO_8859_1);
  }

  private static Ext4Path path(String path) {
    return new Ext4Path(text("/" + path));
  }

  private static LinkPolicy links(boolean follow) {
    return follow ? LinkPolicy.FOLLOW : LinkPolicy.KEEP;
  }

  private OpenFile file(int handle) throws CallFailedException {
    OpenFile file = open.get(handle);
    if (file == null) {
      throw new CallFailedException(Errno.EBADF.number());
    }
    return file;
  }

  @Override
  public void become(Caller caller) {
    session = session(caller);
  }

  @Override
  public int open(String path, int flags, int mode) throws CallFailedException {
    Set<dev.ringside.ext4.OpenFlag> set = FlagSets.open(flags);
    boolean temporary = (flags & OpenFlag.TEMPORARY) == OpenFlag.TEMPORARY;
    OpenFile file =
        get(
            () ->
                temporary
                    ? session.openTemporary(path(path), set, mode)
                    : session.open(path(path), set, mode));
    open.put(nextHandle, file);
    return nextHandle++;
  }

  @Override
  public void close(int handle) throws CallFailedException {
    OpenFile file = file(handle);
    open.remove(handle);
    act(file::close);
  }

  @Override
  public int read(int handle, byte[] target) throws CallFailedException {
    OpenFile file = file(handle);
    return get(() -> file.read(target, 0, target.length));
  }

  @Override
  public int read(int handle, byte[] target, long position) throws CallFailedException {
    OpenFile file = file(handle);
    return get(() -> file.readAt(position, target, 0, target.length));
  }

  @Override
  public int write(int handle, byte[] source) throws CallFailedException {
    OpenFile file = file(handle);
    return get(() -> file.write(source, 0, source.length));
  }

  @Override
  public int write(int handle, byte[] source, long position) throws CallFailedException {
    OpenFile file = file(handle);
    return get(() -> file.writeAt(position, source, 0, source.length));
  }

  @Override
  public long seek(int handle, long offset, int whence) throws CallFailedException {
    OpenFile file = file(handle);
    Whence origin =
        switch (whence) {
          case dev.ringside.lab.files.Whence.SET -> Whence.SET;
          case dev.ringside.lab.files.Whence.CURRENT -> Whence.CURRENT;
          case dev.ringside.lab.files.Whence.END -> Whence.END;
          case dev.ringside.lab.files.Whence.DATA -> Whence.DATA;
          case dev.ringside.lab.files.Whence.HOLE -> Whence.HOLE;
          default -> throw new CallFailedException(Errno.EINVAL.number());
        };
    return get(() -> file.seek(offset, origin));
  }

  @Override
  public void truncate(String path, long size) throws CallFailedException {
    act(() -> session.truncate(path(path), size));
  }

  @Override
  public void truncate(int handle, long size) throws CallFailedException {
    OpenFile file = file(handle);
    act(() -> file.truncate(size));
  }

  @Override
  public void fallocate(int handle, int mode, long offset, long length) throws CallFailedException {
    OpenFile file = file(handle);
    act(() -> file.allocate(FlagSets.allocate(mode), offset, length));
  }

  @Override
  public void fsync(int handle) throws CallFailedException {
    OpenFile file = file(handle);
    act(file::sync);
  }

  @Override
  public void fdatasync(int handle) throws CallFailedException {
    OpenFile file = file(handle);
    act(file::dataSync);
  }

  @Override
  public void sync() throws CallFailedException {
    act(ext4::sync);
  }

  @Override
  public FileState stat(String path, boolean follow) throws CallFailedException {
    return state(get(() -> follow ? session.stat(path(path)) : session.lstat(path(path))));
  }

  @Override
  public FileState stat(int handle) throws CallFailedException {
    OpenFile file = file(handle);
    return state(get(file::stat));
  }

  private FileState state(FileStat stat) {
    return new FileState(
        stat.inode(),
        stat.type().mode() | stat.permissions(),
        (int) stat.uid(),
        (int) stat.gid(),
        stat.links(),
        stat.size(),
        stat.sectors(),
        ext4.superblock().blockSize(),
        stat.device().major(),
        stat.device().minor(),
        time(stat.accessed()),
        time(stat.modified()),
        time(stat.changed()));
  }

  private static FileTime time(Instant instant) {
    return new FileTime(instant.getEpochSecond(), instant.getNano());
  }

  @Override
  public List<Entry> list(String path) throws CallFailedException {
    return get(
        () -> {
          List<Entry> entries = new ArrayList<>();
          Ext4Directory directory = session.openDirectory(path(path));
          for (DirectoryEntry entry = directory.next(); entry != null; entry = directory.next()) {
            int type = entry.type().map(FileType::mode).orElse(0);
            entries.add(new Entry(text(entry.name()), entry.inode(), type));
          }
          return entries;
        });
  }

  @Override
  public void mkdir(String path, int mode) throws CallFailedException {
    act(() -> session.mkdir(path(path), mode));
  }

  @Override
  public void rmdir(String path) throws CallFailedException {
    act(() -> session.rmdir(path(path)));
  }

  @Override
  public void unlink(String path) throws CallFailedException {
    act(() -> session.unlink(path(path)));
  }

  @Override
  public void link(String existing, String path, boolean follow) throws CallFailedException {
    act(() -> session.link(path(existing), path(path), links(follow)));
  }

  @Override
  public void link(int handle, String path) throws CallFailedException {
    OpenFile file = file(handle);
    act(() -> session.link(file, path(path)));
  }

  @Override
  public void symlink(String target, String path) throws CallFailedException {
    act(() -> session.symlink(text(target), path(path)));
  }

  @Override
  public String readlink(String path) throws CallFailedException {
    return text(get(() -> session.readlink(path(path))));
  }

  @Override
  public void rename(String from, String to, int flags) throws CallFailedException {
    act(() -> session.rename(path(from), path(to), FlagSets.rename(flags)));
  }

  @Override
  public void mknod(String path, int mode, int major, int minor) throws CallFailedException {
    int type = mode & FileState.TYPE_MASK;
    FileType fileType = FileType.ofMode(type == 0 ? FileState.REGULAR : type).orElseThrow();
    act(
        () ->
            session.mknod(
                path(path), fileType, mode & ~FileState.TYPE_MASK, new DeviceNumber(major, minor)));
  }

  @Override
  public void chmod(String path, int mode) throws CallFailedException {
    act(() -> session.chmod(path(path), mode));
  }

  @Override
  public void chmod(int handle, int mode) throws CallFailedException {
    OpenFile file = file(handle);
    act(() -> file.chmod(mode));
  }

  @Override
  public void chown(String path, int uid, int gid, boolean follow) throws CallFailedException {
    act(() -> session.chown(path(path), uid, gid, links(follow)));
  }

  @Override
  public void utimens(String path, FileTime access, FileTime modification, boolean follow)
      throws CallFailedException {
    act(() -> session.utimens(path(path), change(access), change(modification), links(follow)));
  }

  private static TimeChange change(FileTime time) {
    return switch (time.nanoseconds()) {
      case FileTime.NOW -> TimeChange.NOW;
      case FileTime.OMIT -> TimeChange.OMIT;
      default -> TimeChange.to(Instant.ofEpochSecond(time.seconds(), time.nanoseconds()));
    };
  }

  @Override
  public void access(String path, int mode) throws CallFailedException {
    Set<AccessMode> modes = FlagSets.access(mode);
    act(() -> session.access(path(path), modes));
  }

  @Override
  public void setAttribute(String path, String name, byte[] value, int flags, boolean follow)
      throws CallFailedException {
    AttributeMode mode =
        switch (flags) {
          case 0 -> AttributeMode.ANY;
          case AttributeFlag.CREATE -> AttributeMode.CREATE;
          case AttributeFlag.REPLACE -> AttributeMode.REPLACE;
          default -> throw new CallFailedException(Errno.EINVAL.number());
        };
    act(() -> session.setxattr(path(path), text(name), value, mode, links(follow)));
  }

  @Override
  public byte[] getAttribute(String path, String name, boolean follow) throws CallFailedException {
    return get(() -> session.getxattr(path(path), text(name), links(follow)));
  }

  @Override
  public List<String> listAttributes(String path, boolean follow) throws CallFailedException {
    return get(() -> session.listxattr(path(path), links(follow))).stream()
        .map(GuestFiles::text)
        .toList();
  }

  @Override
  public void removeAttribute(String path, String name, boolean follow) throws CallFailedException {
    act(() -> session.removexattr(path(path), text(name), links(follow)));
  }

  @Override
  public SpaceState statfs() throws CallFailedException {
    FileSystemStat stat = get(session::statfs);
    return new SpaceState(
        stat.blockSize(),
        stat.blocks(),
        stat.freeBlocks(),
        stat.availableBlocks(),
        stat.inodes(),
        stat.freeInodes(),
        stat.nameLength());
  }
}
