package dev.ringside.ext4.hostile;

import dev.ringside.driver.testing.TestDisk;
import dev.ringside.ext4.Ext4;
import dev.ringside.ext4.Ext4Path;
import dev.ringside.ext4.FileStat;
import dev.ringside.ext4.LinkPolicy;
import dev.ringside.ext4.MountOptions;
import dev.ringside.ext4.OpenFile;
import dev.ringside.ext4.OpenFlag;
import dev.ringside.ext4.Session;
import dev.ringside.ext4.TreeWalk;
import dev.ringside.ext4.access.Credentials;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.ByteString;
import dev.ringside.ext4.format.FileType;
import dev.ringside.ext4.xattr.AttributeMode;
import dev.ringside.machine.IoVector;
import dev.ringside.storage.MemoryStorage;
import dev.ringside.storage.Storage;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Uses a damaged image: mounts it, walks it, reads; and, when it is mounted for writing, changes it
 * and unmounts. Whatever fails with an {@link Ext4Exception} is passed over. Work is bounded: what
 * takes long is an endless loop.
 */
final class DamagedRun {
  /** Of guest memory: what the caches of a mount take, and some. To clear more takes long. */
  static final long RAM_BYTES = 12L << 20;

  /** With caches that a small image does not fill. */
  static final MountOptions WRITING =
      MountOptions.READ_WRITE.withPageCacheBytes(2 << 20).withMetadataCacheBytes(1 << 20);

  private static final MountOptions READING =
      MountOptions.DEFAULT.withPageCacheBytes(2 << 20).withMetadataCacheBytes(1 << 20);

  private static final int MAX_VISITS = 400;
  private static final int MAX_READ = 1 << 16;
  private static final int MAX_READS = 4;
  private static final int MAX_CHANGED = 12;

  private final byte[] buffer = new byte[MAX_READ];

  /** Something that may fail with an errno. */
  private interface Attempt {
    void run() throws Ext4Exception;
  }

  private static void attempt(Attempt attempt) {
    try {
      attempt.run();
    } catch (Ext4Exception expected) {
      // Named damage, or its consequence.
    }
  }

  /** A disk with a copy of an image. */
  static TestDisk disk(byte[] image) {
    return disk(storage(image));
  }

  private static TestDisk disk(Storage storage) {
    return TestDisk.over(storage).memoryBytes(RAM_BYTES).start();
  }

  private static MemoryStorage storage(byte[] image) {
    MemoryStorage storage = MemoryStorage.ofSectors(image.length / Storage.SECTOR_SIZE);
    storage.write(0, whole(image));
    return storage;
  }

  private static IoVector whole(byte[] image) {
    IoVector content = new IoVector(MemorySegment.ofArray(image));
    content.add(0, image.length);
    return content;
  }

  void run(byte[] image, boolean readOnly) {
    try (TestDisk disk = disk(image)) {
      attempt(() -> use(disk, readOnly));
    }
  }

  /** As the other, for writing; the image becomes what is on the disk after it. */
  void runOn(byte[] image) throws IOException {
    MemoryStorage storage = storage(image);
    try (TestDisk disk = disk(storage)) {
      attempt(() -> use(disk, false));
      storage.read(0, whole(image));
    }
  }

  private void use(TestDisk disk, boolean readOnly) throws Ext4Exception {
    MountOptions options = readOnly ? READING : WRITING;
    try (Ext4 ext4 = Ext4.mount(disk.driver(), options)) {
      List<Ext4Path> paths = new ArrayList<>();
      Session session = ext4.session(Credentials.ROOT);
      attempt(() -> walk(ext4, session, paths));
      if (!readOnly) {
        change(ext4, session, paths);
      }
      attempt(session::statfs);
    }
  }

  private void walk(Ext4 ext4, Session session, List<Ext4Path> paths) throws Ext4Exception {
    TreeWalk walk = new TreeWalk(ext4, Ext4Path.ROOT);
    for (int i = 0; i < MAX_VISITS; i++) {
      TreeWalk.Visit visit = walk.next();
      if (visit == null) {
        return;
      }
      Ext4Path path = visit.path();
      paths.add(path);
      attempt(() -> look(session, path, visit.stat()));
    }
  }

  private void look(Session session, Ext4Path path, FileStat stat) throws Ext4Exception {
    attempt(
        () -> {
          for (ByteString name : session.listxattr(path, LinkPolicy.KEEP)) {
            session.getxattr(path, name, LinkPolicy.KEEP);
          }
        });
    if (stat.type() == FileType.SYMLINK) {
      session.readlink(path);
    }
    if (stat.type() == FileType.REGULAR) {
      try (OpenFile file = session.open(path, Set.of(OpenFlag.READ), 0)) {
        attempt(file::extents);
        for (int i = 0; i < MAX_READS; i++) {
          long place = i * (stat.size() / MAX_READS);
          attempt(() -> file.readAt(place, buffer, 0, MAX_READ));
        }
      }
    }
  }

  private void change(Ext4 ext4, Session session, List<Ext4Path> paths) {
    for (int i = 0; i < Math.min(MAX_CHANGED, paths.size()); i++) {
      Ext4Path path = paths.get(i * paths.size() / Math.min(MAX_CHANGED, paths.size()));
      Ext4Path other = Ext4Path.of("/made-" + i);
      int choice = i;
      attempt(() -> write(session, choice % 2 == 0 ? path : other));
      attempt(() -> session.truncate(path, 5_000L * choice));
      attempt(
          () ->
              session.setxattr(
                  path,
                  ByteString.of("user.b"),
                  new byte[300],
                  AttributeMode.ANY,
                  LinkPolicy.KEEP));
      attempt(() -> session.mkdir(path.resolve(ByteString.of("sub")), 0755));
      attempt(() -> write(session, path.resolve(ByteString.of("sub/file"))));
      attempt(() -> session.rename(path, other, Set.of()));
      attempt(() -> session.unlink(other));
      attempt(() -> session.rmdir(other));
    }
    attempt(ext4::sync);
  }

  private void write(Session session, Ext4Path path) throws Ext4Exception {
    try (OpenFile file = session.open(path, Set.of(OpenFlag.WRITE, OpenFlag.CREATE), 0644)) {
      file.writeAt(3_000, buffer, 0, 10_000);
      file.sync();
    }
  }
}
