package dev.ringside.ext4.xattr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringside.ext4.access.Acl;
import dev.ringside.ext4.access.AclEntry;
import dev.ringside.ext4.access.AclTag;
import dev.ringside.ext4.access.Credentials;
import dev.ringside.ext4.access.Permission;
import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.ByteString;
import dev.ringside.ext4.inode.InCoreInode;
import dev.ringside.ext4.journal.Handle;
import dev.ringside.ext4.testing.KernelMount;
import dev.ringside.ext4.testing.TestImage;
import dev.ringside.ext4.testing.WritableImage;
import dev.ringside.machine.RandomStreams;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lists mean here what they mean to the kernel, which is asked about each. */
final class AccessListsTest {
  private static final long SEED = Long.getLong("ringside.seed", 20_261_120L);
  private static final ByteString ACCESS = ByteString.of("system.posix_acl_access");
  private static final ByteString DEFAULT = ByteString.of("system.posix_acl_default");
  private static final int FILES = 40;

  /** Everybody who may be the owner, in the group, named, several of that, or nothing. */
  private static final List<Credentials> USERS =
      List.of(
          new Credentials(0, 0, Set.of()),
          new Credentials(1001, 2001, Set.of()),
          new Credentials(1002, 2002, Set.of(2001L)),
          new Credentials(1003, 2003, Set.of(2002L, 2004L)),
          new Credentials(1004, 2009, Set.of()));

  private record Rooms(WritableImage image, AccessLists lists, ExtendedAttributes attributes) {
    static Rooms of(Path path) throws Ext4Exception {
      WritableImage image = WritableImage.of(path);
      AttributeStore store =
          new AttributeStore(
              image.superblock(),
              image.superblockUpdates(),
              image.cache(),
              image.allocation().blocks());
      AccessLists lists = new AccessLists(store);
      return new Rooms(image, lists, new ExtendedAttributes(store, lists));
    }

    InCoreInode file(int index) throws Ext4Exception {
      return image.file("/file" + index);
    }

    void set(InCoreInode file, ByteString name, Acl acl) throws Ext4Exception {
      try (Handle handle = image.start()) {
        attributes.set(handle, file, name, acl.toValue(), AttributeMode.ANY, Credentials.ROOT);
      }
    }
  }

  private static Path image(Path directory, int files) {
    return TestImage.make(directory.resolve("image"), "16M", "-t ext4 -O ^has_journal")
        .withFiles(files)
        .path();
  }

  private static Acl randomAcl(RandomGenerator random) {
    List<AclEntry> entries = new ArrayList<>();
    for (AclTag tag : AclTag.values()) {
      switch (tag) {
        case USER_OBJ, GROUP_OBJ, OTHER, MASK ->
            entries.add(new AclEntry(tag, random.nextInt(8), AclEntry.NO_ID));
        case USER, GROUP -> {
          for (int i = random.nextInt(3); i > 0; i--) {
            long id = (tag == AclTag.USER ? 1001L : 2001L) + random.nextInt(4);
            entries.add(new AclEntry(tag, random.nextInt(8), id));
          }
        }
      }
    }
    boolean named = entries.size() > 4;
    if (!named && random.nextBoolean()) {
      entries.removeIf(entry -> entry.tag() == AclTag.MASK);
    }
    entries.sort(Comparator.comparing(AclEntry::tag));
    return new Acl(entries);
  }

  @Test
  void grantWhatTheKernelGrants(@TempDir Path directory) throws IOException {
    Path path = image(directory, FILES);
    RandomGenerator random = new RandomStreams(SEED).stream("lists");
    Rooms rooms = Rooms.of(path);
    StringBuilder granted = new StringBuilder();
    for (int i = 0; i < FILES; i++) {
      InCoreInode file = rooms.file(i);
      file.inode().setUid(random.nextInt(4) == 0 ? 0 : 1001 + random.nextInt(4));
      file.inode().setGid(2001 + random.nextInt(4));
      rooms.set(file, ACCESS, randomAcl(random));
      if (random.nextInt(3) == 0) {
        try (Handle handle = rooms.image().start()) {
          file.inode().setPermissions(random.nextInt(0777));
          rooms.lists().permissionsChanged(handle, file);
          file.changed(handle);
        }
      }
      granted.append(describe(rooms, i));
    }
    rooms.image().closeSound();

    try (KernelMount mount = KernelMount.of(path)) {
      assertThat(mount.python(ASK)).isEqualTo(granted.toString());
    }
  }

  private static final String ASK =
      """
      users = [(0,0,[]), (1001,2001,[]), (1002,2002,[2001]), (1003,2003,[2002,2004]), (1004,2009,[])]
      os.chmod('.', 0o755)
      for i in range(%d):
        f = 'file%%d' %% i
        try:
          acl = os.getxattr(f, 'system.posix_acl_access').hex()
        except OSError as e:
          acl = 'none'
        may = ''
        for uid, gid, groups in users:
          r, w = os.pipe()
          if os.fork() == 0:
            os.setgroups(groups)
            os.setresgid(gid, gid, gid)
            os.setresuid(uid, uid, uid)
            os.write(w, ''.join('1' if os.access(f, m) else '0' for m in range(1, 8)).encode())
            os._exit(0)
          os.wait()
          may += ' ' + os.read(r, 100).decode()
          os.close(r)
          os.close(w)
        print('%%o %%s%%s' %% (os.stat(f).st_mode & 0o7777, acl, may))
      """
          .formatted(FILES);

  private static String describe(Rooms rooms, int index) throws Ext4Exception {
    InCoreInode file = rooms.file(index);
    Optional<Acl> acl = rooms.lists().access(file.inode());
    StringBuilder text = new StringBuilder();
    text.append(Integer.toOctalString(file.inode().permissions())).append(' ');
    text.append(acl.map(list -> HexFormat.of().formatHex(list.toValue())).orElse("none"));
    for (Credentials user : USERS) {
      text.append(' ');
      for (int wanted = 1; wanted < 8; wanted++) {
        text.append(rooms.lists().allows(user, file.inode(), wanted) ? '1' : '0');
      }
    }
    return text.append('\n').toString();
  }

  @Test
  void newFilesInheritAsInTheKernel(@TempDir Path directory) throws IOException {
    Path path = image(directory, FILES);
    RandomGenerator random = new RandomStreams(SEED).stream("inheritance");
    Rooms rooms = Rooms.of(path);
    InCoreInode root = rooms.image().inode(2);
    StringBuilder expected = new StringBuilder();
    StringBuilder program = new StringBuilder("os.chmod('.', 0o755)\n");
    for (int i = 0; i < FILES; i++) {
      Acl acl = randomAcl(random);
      rooms.set(root, DEFAULT, acl);
      InCoreInode file = rooms.file(i);
      int mode = random.nextInt(0777);
      try (Handle handle = rooms.image().start()) {
        file.inode().setPermissions(mode);
        rooms.lists().inherit(handle, root.inode(), file, 0027);
        file.changed(handle);
      }
      expected.append(describe(rooms, i).split(" [01]{7}", 2)[0]).append('\n');
      program.append(
          """
          os.setxattr('.', 'system.posix_acl_default', bytes.fromhex('%s'))
          os.umask(0o027)
          os.close(os.open('new', os.O_CREAT | os.O_EXCL, 0o%o))
          try:
            acl = os.getxattr('new', 'system.posix_acl_access').hex()
          except OSError as e:
            acl = 'none'
          print('%%o %%s' %% (os.stat('new').st_mode & 0o7777, acl))
          os.unlink('new')
          """
              .formatted(HexFormat.of().formatHex(acl.toValue()), mode));
    }
    rooms.image().closeSound();

    try (KernelMount mount = KernelMount.of(path)) {
      assertThat(mount.python(program.toString())).isEqualTo(expected.toString());
    }
  }

  @Test
  void setGroupIdGoesWhenTheListIsSetFromOutsideTheGroup(@TempDir Path directory)
      throws IOException {
    Rooms rooms = Rooms.of(image(directory, 1));
    InCoreInode file = rooms.file(0);
    file.inode().setUid(1001);
    file.inode().setGid(2002);
    file.inode().setPermissions(02770);
    Acl minimal =
        new Acl(
            List.of(
                new AclEntry(AclTag.USER_OBJ, 6, AclEntry.NO_ID),
                new AclEntry(AclTag.GROUP_OBJ, 4, AclEntry.NO_ID),
                new AclEntry(AclTag.OTHER, 0, AclEntry.NO_ID)));
    try (Handle handle = rooms.image().start()) {
      rooms
          .attributes()
          .set(handle, file, ACCESS, minimal.toValue(), AttributeMode.ANY, USERS.get(1));
    }

    assertThat(file.inode().permissions()).isEqualTo(0640);
    assertThat(rooms.lists().access(file.inode())).isEmpty();
    assertThat(Permission.allows(USERS.get(4), file.inode(), null, Permission.READ)).isFalse();
    rooms.image().closeSound();
  }

  @Test
  void listsThatCannotBeAreRefused() {
    String head = "02000000";
    String user = "01000700ffffffff";
    String group = "04000500ffffffff";
    String other = "20000400ffffffff";
    refused(Errno.EINVAL, "0200");
    refused(Errno.EOPNOTSUPP, "01000000" + user + group + other);
    refused(Errno.EINVAL, head + user + group);
    refused(Errno.EINVAL, head + group + user + other);
    refused(Errno.EINVAL, head + user + user + group + other);
    refused(Errno.EINVAL, head + user + group + other + "00");
    refused(Errno.EINVAL, head + "01000800ffffffff" + group + other);
    refused(Errno.EINVAL, head + user + "02000700e9030000" + group + other);
    refused(Errno.EINVAL, head + user + "02000700ffffffff" + group + "10000700ffffffff" + other);
    refused(Errno.EINVAL, head + user + group + "40000400ffffffff");
  }

  private static void refused(Errno errno, String value) {
    assertThatThrownBy(() -> Acl.ofValue(HexFormat.of().parseHex(value)))
        .as(value)
        .isInstanceOfSatisfying(
            Ext4Exception.class, failure -> assertThat(failure.errno()).isEqualTo(errno));
  }
}
