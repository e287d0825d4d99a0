package dev.ringside.ext4.xattr;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.ext4.access.Credentials;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.ByteString;
import dev.ringside.ext4.inode.InCoreInode;
import dev.ringside.ext4.journal.Handle;
import dev.ringside.ext4.testing.KernelMount;
import dev.ringside.ext4.testing.TestImage;
import dev.ringside.ext4.testing.Tool;
import dev.ringside.ext4.testing.WritableImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same calls end as the kernel's do, one after the other, with the same number. */
final class AttributeErrnoTest {
  private static final String ACCESS = "system.posix_acl_access";
  private static final String DEFAULT = "system.posix_acl_default";
  private static final String LIST =
      "0200000001000700ffffffff02000700e903000004000500ffffffff10000700ffffffff20000400ffffffff";
  private static final String UNSORTED = "0200000004000500ffffffff01000700ffffffff20000400ffffffff";
  private static final int TOO_LONG = 65537;

  /**
   * A call.
   *
   * @param what get, set, or remove
   * @param value in hexadecimal digits
   */
  private record Call(long uid, String what, String file, String name, String value, int mode) {
    String toPython() {
      String call =
          switch (what) {
            case "get" -> "os.getxattr('%s', '%s', follow_symlinks=False)";
            case "set" -> "os.setxattr('%s', '%s', bytes.fromhex('%s'), %d, follow_symlinks=False)";
            default -> "os.removexattr('%s', '%s', follow_symlinks=False)";
          };
      return "call('%s', %d, lambda: %s)%n"
          .formatted(this, uid, call.formatted(file, name, value, mode));
    }

    @Override
    public String toString() {
      return "%d %s %s %.40s %.40s %d".formatted(uid, what, file, name, value, mode);
    }

    void run(ExtendedAttributes attributes, InCoreInode inode, Handle handle) throws Ext4Exception {
      Credentials user = Credentials.of(uid, uid);
      ByteString key = ByteString.of(name);
      switch (what) {
        case "get" -> attributes.get(inode.inode(), key, user);
        case "set" ->
            attributes.set(
                handle,
                inode,
                key,
                HexFormat.of().parseHex(value),
                List.of(AttributeMode.values()).get(mode),
                user);
        default -> attributes.remove(handle, inode, key, user);
      }
    }
  }

  private static List<Call> calls() {
    List<Call> calls = new ArrayList<>();
    List<String> names =
        List.of(
            "user.a",
            "user.",
            "trusted.a",
            "security.a",
            "system.a",
            "system.",
            ACCESS,
            ACCESS + "x",
            DEFAULT,
            "other.a",
            "user",
            "user." + "n".repeat(250),
            "user." + "n".repeat(251));
    for (String file : List.of("open", "closed", "fifo", "link", "directory", "sticky")) {
      for (String name : names) {
        List<String> values =
            name.startsWith("system.posix")
                ? List.of("", "0200", "02000000", "01000000", LIST, UNSORTED)
                : List.of("6162", "", "00".repeat(400), "00".repeat(TOO_LONG));
        for (long uid : new long[] {1000, 0, 1000}) {
          calls.add(new Call(uid, "remove", file, name, "", 0));
          for (String value : values) {
            for (int mode = 0; mode < (value.equals("6162") ? 3 : 1); mode++) {
              calls.add(new Call(uid, "set", file, name, value, mode));
            }
          }
          calls.add(new Call(uid, "get", file, name, "", 0));
        }
      }
    }
    return calls;
  }

  @Test
  void callsEndAsInTheKernel(@TempDir Path directory) throws IOException {
    Path path =
        TestImage.make(
                directory.resolve("image"), "16M", "-t ext4 -b 1024 -O ^has_journal,^dir_index")
            .path();
    try (KernelMount mount = KernelMount.of(path)) {
      mount.python(
          """
          for name, mode in ('open', 0o666), ('closed', 0o600):
            os.close(os.open(name, os.O_CREAT))
            os.chmod(name, mode)
          os.mkfifo('fifo')
          os.chmod('fifo', 0o666)
          os.symlink('open', 'link')
          os.mkdir('directory')
          os.chmod('directory', 0o777)
          os.mkdir('sticky')
          os.chmod('sticky', 0o1777)
          os.chmod('.', 0o755)
          """);
    }
    String ours = callHere(Files.copy(path, directory.resolve("copy")));

    try (KernelMount mount = KernelMount.of(path)) {
      StringBuilder program = new StringBuilder(CALL);
      calls().forEach(call -> program.append(call.toPython()));
      Path script = Files.writeString(directory.resolve("calls.py"), program);
      List<String> kernels =
          mount.python("exec(open('%s').read())".formatted(script)).lines().toList();
      List<String> here = ours.lines().toList();
      assertThat(here).hasSameSizeAs(kernels);
      assertThat(
              IntStream.range(0, here.size())
                  .filter(i -> !here.get(i).equals(kernels.get(i)))
                  .mapToObj(i -> here.get(i) + ", in the kernel " + kernels.get(i)))
          .as("calls that end differently")
          .isEmpty();
    }
    Tool.E2FSCK.run("-fn", path);
  }

  private static final String CALL =
      """
      def call(text, uid, operation):
        os.setresgid(uid, uid, 0)
        os.setresuid(uid, uid, 0)
        try:
          operation()
          print(text, 0)
        except OSError as failure:
          print(text, failure.errno)
        os.setresuid(0, 0, 0)
        os.setresgid(0, 0, 0)
      os.setgroups([])
      """;

  private static String callHere(Path path) throws IOException {
    StringBuilder ends = new StringBuilder();
    WritableImage image = WritableImage.of(path);
    AttributeStore store =
        new AttributeStore(
            image.superblock(),
            image.superblockUpdates(),
            image.cache(),
            image.allocation().blocks());
    ExtendedAttributes attributes = new ExtendedAttributes(store, new AccessLists(store));
    for (Call call : calls()) {
      int errno = 0;
      try (Handle handle = image.start()) {
        call.run(attributes, image.file("/" + call.file()), handle);
      } catch (Ext4Exception failure) {
        errno = failure.errno().number();
      }
      ends.append(call).append(' ').append(errno).append('\n');
    }
    image.closeSound();
    return ends.toString();
  }
}
