package dev.ringside.ext4.hostile;

import dev.ringside.driver.testing.TestDisk;
import dev.ringside.ext4.Ext4;
import dev.ringside.ext4.Ext4Path;
import dev.ringside.ext4.LinkPolicy;
import dev.ringside.ext4.OpenFile;
import dev.ringside.ext4.OpenFlag;
import dev.ringside.ext4.Session;
import dev.ringside.ext4.access.Credentials;
import dev.ringside.ext4.format.ByteString;
import dev.ringside.ext4.testing.Tool;
import dev.ringside.ext4.xattr.AttributeMode;
import dev.ringside.storage.FileStorage;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Small images with something of everything in them, to be damaged. */
enum SeedImage {
  EXT4("-t ext4 -b 1024 -I 256", 2),
  UPSTREAM("-t ext4 -b 1024 -O metadata_csum_seed,orphan_file", 2),
  NO_JOURNAL("-t ext4 -b 1024 -O ^has_journal", 1),
  NO_CHECKSUMS("-t ext4 -b 1024 -O ^metadata_csum,^has_journal", 1),
  UNINIT_BG("-t ext4 -b 1024 -O ^metadata_csum,uninit_bg", 2),
  EXT2("-t ext2 -b 1024", 1),
  EXT3("-t ext3 -b 1024", 2),
  LARGE_BLOCKS("-t ext4 -b 4096 -O ^has_journal", 1),
  SMALL_INODES("-t ext4 -b 1024 -I 128 -O ^extra_isize,^has_journal", 1);

  private static final int MIB = 1 << 20;
  private static final int MANY = 120;

  private static final Map<SeedImage, Made> MADE = new ConcurrentHashMap<>();

  private final String options;
  private final int mebibytes;

  SeedImage(String options, int mebibytes) {
    this.options = options;
    this.mebibytes = mebibytes;
  }

  /** Was unmounted. */
  RawImage clean() {
    return made().clean.copy();
  }

  /** Was not: its log holds what happened last, where there is a log. */
  RawImage dirty() {
    return made().dirty.copy();
  }

  private Made made() {
    return MADE.computeIfAbsent(this, Made::new);
  }

  /** Made once. */
  private static final class Made {
    private final RawImage clean;
    private final RawImage dirty;

    Made(SeedImage seed) {
      try {
        Path file = Files.createTempFile("ringside-seed", ".img");
        try (RandomAccessFile image = new RandomAccessFile(file.toFile(), "rw")) {
          image.setLength((long) seed.mebibytes * MIB);
        }
        String command = "-q -F -m 0 -N 160 " + seed.options + " " + file;
        Tool.MKE2FS.run((Object[]) command.split(" ", -1));
        populate(file, false);
        clean = RawImage.of(Files.readAllBytes(file));
        populate(file, true);
        dirty = RawImage.of(Files.readAllBytes(file));
        Files.delete(file);
      } catch (IOException failure) {
        throw new UncheckedIOException(failure);
      }
    }
  }

  private static void populate(Path file, boolean leaveDirty) throws IOException {
    TestDisk disk =
        TestDisk.over(FileStorage.openWritable(file)).memoryBytes(DamagedRun.RAM_BYTES).start();
    try {
      Ext4 ext4 = Ext4.mount(disk.driver(), DamagedRun.WRITING);
      Session session = ext4.session(Credentials.ROOT);
      String directory = leaveDirty ? "/late" : "/d";
      session.mkdir(Ext4Path.of(directory), 0755);
      int files = leaveDirty ? 3 : MANY;
      for (int i = 0; i < files; i++) {
        String name = "/a-long-name-so-that-the-directory-gets-an-index-" + i;
        write(session, directory + name, i % 20 == 0 ? 30_000 : 0);
      }
      session.symlink(ByteString.of("t".repeat(100)), Ext4Path.of(directory + "/long"));
      session.symlink(ByteString.of("d"), Ext4Path.of(directory + "/short"));
      write(session, directory + "/f", 9_000);
      sparse(session, directory + "/sparse");
      for (int length : new int[] {10, 600}) {
        session.setxattr(
            Ext4Path.of(directory + "/f"),
            ByteString.of("user.a" + length),
            new byte[length],
            AttributeMode.ANY,
            LinkPolicy.FOLLOW);
      }
      ext4.sync();
      if (!leaveDirty) {
        ext4.close();
      }
    } finally {
      disk.close();
    }
  }

  private static void write(Session session, String path, int length) throws IOException {
    try (OpenFile file =
        session.open(Ext4Path.of(path), Set.of(OpenFlag.WRITE, OpenFlag.CREATE), 0644)) {
      file.write(new byte[length], 0, length);
    }
  }

  private static void sparse(Session session, String path) throws IOException {
    try (OpenFile file =
        session.open(Ext4Path.of(path), Set.of(OpenFlag.WRITE, OpenFlag.CREATE), 0644)) {
      for (int i = 0; i < 12; i++) {
        file.writeAt(i * 40_000L, new byte[100], 0, 100);
      }
    }
  }
}
