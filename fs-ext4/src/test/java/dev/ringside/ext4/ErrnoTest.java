package dev.ringside.ext4;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.ext4.access.Credentials;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.ByteString;
import dev.ringside.ext4.format.DeviceNumber;
import dev.ringside.ext4.format.FileType;
import dev.ringside.ext4.testing.KernelMount;
import dev.ringside.ext4.testing.ScratchDisk;
import dev.ringside.ext4.testing.TestImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every operation, on every kind of path, fails with the errno that the kernel of this machine
 * gives, or succeeds where it does. Each case has a small tree of its own.
 */
final class ErrnoTest {
  private static final String FORMAT = "-t ext4 -N 60000";
  private static final String LONG = "n".repeat(256);

  private static final List<String> PATHS =
      List.of(
          "file",
          "file/",
          "file/x",
          "empty",
          "empty/",
          "dir",
          "dir/.",
          "dir/..",
          "dir/sub",
          "dir/sub/",
          "dir/sub/new",
          "link",
          "link/",
          "dlink",
          "dlink/",
          "dangling",
          "dangling/",
          "loop",
          "loop/",
          "absent",
          "absent/",
          "absent/x",
          ".",
          "..",
          LONG,
          LONG + "/",
          "closed/x",
          "sticky/theirs",
          "fifo");

  private static final List<String> FEWER_PATHS =
      List.of(
          "file",
          "file/",
          "empty",
          "empty/",
          "dir",
          "dir/sub",
          "dir/sub/new",
          "dir/..",
          "link",
          "dlink/",
          "absent",
          "absent/",
          LONG,
          "closed/x",
          "sticky/theirs");

  @TempDir private Path directory;

  /**
   * One call.
   *
   * @param more flags, or a second path
   */
  private record Case(String call, String path, String other, int more) {
    String line() {
      return "%s\t%s\t%s\t%d".formatted(call, path, other, more);
    }
  }

  private static List<Case> cases() {
    List<Case> cases = new ArrayList<>();
    for (String path : PATHS) {
      for (String call :
          List.of("mkdir", "rmdir", "unlink", "symlink", "mknod", "stat", "lstat", "readlink")) {
        cases.add(new Case(call, path, "", 0));
      }
      for (int size : new int[] {-1, 0, 10}) {
        cases.add(new Case("truncate", path, "", size));
      }
      for (int mode = 0; mode < 8; mode++) {
        cases.add(new Case("access", path, "", mode));
      }
      // Pipes are not the filesystem's business.
      for (int flags : path.equals("fifo") ? new int[] {PATH} : OPEN_FLAGS) {
        cases.add(new Case("open", path, "", flags));
      }
      cases.add(new Case("chmod", path, "", 0600));
      cases.add(new Case("chown", path, "", 0));
      cases.add(new Case("utime", path, "", 0));
      cases.add(new Case("utimenow", path, "", 0));
    }
    for (String from : FEWER_PATHS) {
      for (String to : FEWER_PATHS) {
        cases.add(new Case("link", from, to, 0));
        for (int flags : new int[] {0, 1, 2, 4, 5, 6}) {
          cases.add(new Case("rename", from, to, flags));
        }
      }
    }
    return cases;
  }

  private static final int RDONLY = 0;
  private static final int WRONLY = 1;
  private static final int RDWR = 2;
  private static final int CREAT = 0100;
  private static final int EXCL = 0200;
  private static final int TRUNC = 01000;
  private static final int APPEND = 02000;
  private static final int DIRECTORY = 0200000;
  private static final int NOFOLLOW = 0400000;
  private static final int NOATIME = 01000000;
  private static final int PATH = 010000000;
  private static final int TMPFILE = 020000000 | DIRECTORY;

  private static final int[] OPEN_FLAGS = {
    RDONLY,
    WRONLY,
    RDWR | TRUNC,
    WRONLY | APPEND,
    WRONLY | CREAT,
    WRONLY | CREAT | EXCL,
    WRONLY | CREAT | NOFOLLOW,
    RDONLY | CREAT,
    RDONLY | TRUNC,
    RDONLY | DIRECTORY,
    WRONLY | DIRECTORY,
    RDONLY | NOFOLLOW,
    RDONLY | NOFOLLOW | DIRECTORY,
    RDONLY | NOATIME,
    PATH,
    PATH | NOFOLLOW,
    PATH | NOFOLLOW | DIRECTORY,
    WRONLY | CREAT | DIRECTORY,
    RDWR | TMPFILE,
    RDONLY | TMPFILE
  };

  private static final String PYTHON =
      """
      import os, sys, ctypes, errno, socket
      libc = ctypes.CDLL(None, use_errno=True)
      def rename2(a, b, flags):
        if libc.renameat2(-100, a.encode(), -100, b.encode(), flags) != 0:
          raise OSError(ctypes.get_errno(), '')
      def make(case):
        os.mkdir(case); os.chmod(case, 0o777)
        def p(n): return case + '/' + n
        for n in ('file', 'theirs'):
          open(p(n), 'w').close(); os.chmod(p(n), 0o644)
        for n in ('empty', 'dir', 'dir/sub', 'closed', 'sticky'):
          os.mkdir(p(n)); os.chmod(p(n), 0o755)
        os.chmod(p('closed'), 0o700)
        os.chmod(p('sticky'), 0o1777)
        open(p('sticky/theirs'), 'w').close(); os.chmod(p('sticky/theirs'), 0o644)
        open(p('dir/sub/file'), 'w').close(); os.chmod(p('dir/sub/file'), 0o644)
        os.symlink('file', p('link')); os.symlink('dir', p('dlink'))
        os.symlink('nowhere', p('dangling')); os.symlink('loop', p('loop'))
        os.mkfifo(p('fifo')); os.chmod(p('fifo'), 0o666)
      def call(name, a, b, more):
        if name == 'mkdir': os.mkdir(a)
        elif name == 'rmdir': os.rmdir(a)
        elif name == 'unlink': os.unlink(a)
        elif name == 'symlink': os.symlink('target', a)
        elif name == 'mknod': os.mknod(a, 0o010644)
        elif name == 'stat': os.stat(a)
        elif name == 'lstat': os.lstat(a)
        elif name == 'readlink': os.readlink(a)
        elif name == 'truncate': os.truncate(a, more)
        elif name == 'access':
          if libc.syscall(439, -100, a.encode(), more, 0x200) != 0:
            raise OSError(ctypes.get_errno(), '')
        elif name == 'open': os.close(os.open(a, more | 0o4000, 0o644))
        elif name == 'chmod': os.chmod(a, more)
        elif name == 'chown': os.chown(a, 0, 0)
        elif name == 'utime': os.utime(a, (1, 1))
        elif name == 'utimenow': os.utime(a)
        elif name == 'link': os.link(a, b, follow_symlinks=False)
        elif name == 'rename': rename2(a, b, more)
      os.umask(0o022)
      lines = open(CASES).read().split('\\n')
      for i, line in enumerate(lines): make('c%d' % i)
      os.setegid(USER); os.setgroups([]); os.seteuid(USER)
      for i, line in enumerate(lines):
        name, a, b, more = line.split('\\t')
        try:
          call(name, 'c%d/%s' % (i, a), 'c%d/%s' % (i, b), int(more))
          print('done')
        except OSError as e:
          print(errno.errorcode[e.errno])
      """;

  @ParameterizedTest
  @ValueSource(longs = {0, 1000})
  void isTheKernels(long user) throws IOException {
    KernelMount.assumePossible();
    List<Case> cases = cases();
    List<String> ours = new ArrayList<>();
    try (ScratchDisk disk = ScratchDisk.make(directory, "256M", FORMAT, MountOptions.READ_WRITE)) {
      Session root = disk.root();
      for (int i = 0; i < cases.size(); i++) {
        makeTree(root, "/c" + i);
      }
      Session session = disk.ext4().session(Credentials.of(user, user));
      for (int i = 0; i < cases.size(); i++) {
        ours.add(outcome(session, "/c" + i + "/", cases.get(i)));
      }
    }
    List<String> expected = ofKernel(cases, user);

    List<String> different = new ArrayList<>();
    for (int i = 0; i < cases.size(); i++) {
      if (!ours.get(i).equals(expected.get(i)) && !isPolicy(cases.get(i), user, expected.get(i))) {
        different.add(
            "%s: %s, the kernel %s"
                .formatted(cases.get(i).line().replace('\t', ' '), ours.get(i), expected.get(i)));
      }
    }
    assertThat(different).isEmpty();
  }

  /** Machines are often set up to let nobody link the files of others (protected_hardlinks). */
  private static boolean isPolicy(Case link, long user, String errno) {
    return link.call.equals("link") && user != 0 && errno.equals("EPERM");
  }

  private List<String> ofKernel(List<Case> cases, long user) throws IOException {
    Path image = TestImage.make(directory.resolve("kernel"), "256M", FORMAT).path();
    Path list =
        Files.writeString(
            Files.createTempFile("ringside", ".cases"),
            String.join("\n", cases.stream().map(Case::line).toList()));
    try (KernelMount kernel = KernelMount.of(image)) {
      String program = PYTHON.replace("CASES", "'" + list + "'").replace("USER", "" + user);
      return kernel.python(program).lines().toList();
    } finally {
      Files.delete(list);
    }
  }

  private static void makeTree(Session root, String tree) throws Ext4Exception {
    root.mkdir(Ext4Path.of(tree), 0777);
    root.chmod(Ext4Path.of(tree), 0777);
    Set<OpenFlag> create = Set.of(OpenFlag.WRITE, OpenFlag.CREATE);
    for (String name : List.of("empty", "dir", "dir/sub", "closed", "sticky")) {
      root.mkdir(Ext4Path.of(tree + "/" + name), 0755);
    }
    root.chmod(Ext4Path.of(tree + "/closed"), 0700);
    root.chmod(Ext4Path.of(tree + "/sticky"), 01777);
    for (String name : List.of("file", "theirs", "sticky/theirs", "dir/sub/file")) {
      root.open(Ext4Path.of(tree + "/" + name), create, 0644).close();
    }
    root.symlink(ByteString.of("file"), Ext4Path.of(tree + "/link"));
    root.symlink(ByteString.of("dir"), Ext4Path.of(tree + "/dlink"));
    root.symlink(ByteString.of("nowhere"), Ext4Path.of(tree + "/dangling"));
    root.symlink(ByteString.of("loop"), Ext4Path.of(tree + "/loop"));
    root.mknod(Ext4Path.of(tree + "/fifo"), FileType.FIFO, 0666, DeviceNumber.NONE);
    root.chmod(Ext4Path.of(tree + "/fifo"), 0666);
  }

  private static String outcome(Session session, String tree, Case wanted) {
    try {
      call(session, Ext4Path.of(tree + wanted.path), Ext4Path.of(tree + wanted.other), wanted);
      return "done";
    } catch (Ext4Exception failure) {
      return failure.errno().name();
    }
  }

  private static void call(Session session, Ext4Path path, Ext4Path other, Case wanted)
      throws Ext4Exception {
    switch (wanted.call) {
      case "mkdir" -> session.mkdir(path, 0777);
      case "rmdir" -> session.rmdir(path);
      case "unlink" -> session.unlink(path);
      case "symlink" -> session.symlink(ByteString.of("target"), path);
      case "mknod" -> session.mknod(path, FileType.FIFO, 0644, DeviceNumber.NONE);
      case "stat" -> session.stat(path);
      case "lstat" -> session.lstat(path);
      case "readlink" -> session.readlink(path);
      case "truncate" -> session.truncate(path, wanted.more);
      case "access" -> session.access(path, accessModes(wanted.more));
      case "open" -> open(session, path, wanted.more);
      case "chmod" -> session.chmod(path, wanted.more);
      case "chown" -> session.chown(path, 0, 0, LinkPolicy.FOLLOW);
      case "utime" -> {
        TimeChange then = TimeChange.to(Instant.ofEpochSecond(1));
        session.utimens(path, then, then, LinkPolicy.FOLLOW);
      }
      case "utimenow" -> session.utimens(path, TimeChange.NOW, TimeChange.NOW, LinkPolicy.FOLLOW);
      case "link" -> session.link(path, other, LinkPolicy.KEEP);
      case "rename" -> session.rename(path, other, renameFlags(wanted.more));
      default -> throw new IllegalArgumentException(wanted.call);
    }
  }

  private static void open(Session session, Ext4Path path, int flags) throws Ext4Exception {
    Set<OpenFlag> set = EnumSet.noneOf(OpenFlag.class);
    int access = flags & 3;
    if (access != WRONLY) {
      set.add(OpenFlag.READ);
    }
    if (access != RDONLY) {
      set.add(OpenFlag.WRITE);
    }
    if ((flags & TMPFILE) == TMPFILE) {
      session.openTemporary(path, set, 0644).close();
      return;
    }
    add(set, flags, CREAT, OpenFlag.CREATE);
    add(set, flags, EXCL, OpenFlag.EXCLUSIVE);
    add(set, flags, TRUNC, OpenFlag.TRUNCATE);
    add(set, flags, APPEND, OpenFlag.APPEND);
    add(set, flags, DIRECTORY, OpenFlag.DIRECTORY);
    add(set, flags, NOFOLLOW, OpenFlag.NOFOLLOW);
    add(set, flags, NOATIME, OpenFlag.NOATIME);
    add(set, flags, PATH, OpenFlag.PATH);
    session.open(path, set, 0644).close();
  }

  private static void add(Set<OpenFlag> set, int flags, int bit, OpenFlag flag) {
    if ((flags & bit) != 0) {
      set.add(flag);
    }
  }

  private static Set<AccessMode> accessModes(int bits) {
    Set<AccessMode> modes = EnumSet.noneOf(AccessMode.class);
    if ((bits & 4) != 0) {
      modes.add(AccessMode.READ);
    }
    if ((bits & 2) != 0) {
      modes.add(AccessMode.WRITE);
    }
    if ((bits & 1) != 0) {
      modes.add(AccessMode.EXECUTE);
    }
    return modes;
  }

  private static Set<RenameFlag> renameFlags(int bits) {
    Set<RenameFlag> flags = EnumSet.noneOf(RenameFlag.class);
    if ((bits & 1) != 0) {
      flags.add(RenameFlag.NO_REPLACE);
    }
    if ((bits & 2) != 0) {
      flags.add(RenameFlag.EXCHANGE);
    }
    if ((bits & 4) != 0) {
      flags.add(RenameFlag.WHITEOUT);
    }
    return flags;
  }
}
