package dev.ringside.lab.crash;

import dev.ringside.ext4.MountOptions;
import dev.ringside.ext4.error.Ext4CorruptedException;
import dev.ringside.ext4.error.Ext4UnsupportedException;
import dev.ringside.ext4.format.Superblock;
import dev.ringside.ext4.journal.DataMode;
import dev.ringside.lab.differ.Combination;
import dev.ringside.lab.guest.GuestMount;
import dev.ringside.lab.kernel.KernelFiles;
import dev.ringside.lab.kernel.LoopMount;
import dev.ringside.lab.kernel.Program;
import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Recovers crashed disks with Ringside, and says what is wrong with the result: e2fsck must find
 * nothing, and what can be seen must be a moment that the crash may show. As seldom as asked for,
 * e2fsck and the kernel recover copies, and must come to the same tree. For several threads.
 */
final class Judge implements Closeable {
  private static final int MENDED = 1;
  private static final String SOUND = "";

  private final Combination combination;
  private final Path folder;
  private final Set<DiskImage.Fingerprint> clean = ConcurrentHashMap.newKeySet();

  /** Files that no thread uses just now. */
  private final Queue<FsckFile> idle = new ConcurrentLinkedQueue<>();

  /**
   * A judge.
   *
   * @param folder for images that e2fsck and the kernel look at
   */
  Judge(Combination combination, Path folder) {
    this.combination = combination;
    this.folder = folder;
  }

  /**
   * A recovered disk.
   *
   * @param moment what can be seen of it
   */
  record Recovered(DiskImage disk, Recording.Moment moment) {}

  /** What the filesystem promises about content. */
  DataMode mode() {
    return GuestMount.withWords(MountOptions.DEFAULT, combination.mountOptions()).dataMode();
  }

  /** Mounts for writing, looks, unmounts. */
  Recovered recover(DiskImage crashed, String mixed) throws IOException {
    DiskImage disk = crashed.copy();
    return new Recovered(disk, look(disk, mixed));
  }

  private Recording.Moment look(DiskImage disk, String mixed) throws IOException {
    try (GuestSide side = new GuestSide(disk, combination, false)) {
      return Recording.Moment.of(side.calls(), mixed);
    }
  }

  /** The writes and flushes of a recovery. */
  List<DiskEvent> recoveryOf(DiskImage crashed) throws IOException {
    RecordingStorage storage = new RecordingStorage(crashed.copy());
    new GuestSide(storage, combination, false).close();
    return storage.events();
  }

  /** What e2fsck finds; empty when nothing. */
  String fsck(DiskImage disk) throws IOException {
    if (clean.contains(disk.fingerprint())) {
      return SOUND;
    }
    FsckFile taken = idle.poll();
    FsckFile file = taken != null ? taken : new FsckFile(folder);
    Program.Answer answer;
    try {
      answer = file.check(disk);
    } finally {
      idle.add(file);
    }
    if (answer.status() == 0) {
      clean.add(disk.fingerprint());
      return SOUND;
    }
    return "e2fsck -fn after the recovery: status %d%n%s"
        .formatted(answer.status(), answer.output().strip().indent(6));
  }

  /**
   * Whether others recover this at all. A superblock that was torn has a wrong checksum, and they
   * refuse it, or ask for a backup of it.
   */
  static boolean isForPeers(DiskImage crashed) throws Ext4UnsupportedException {
    byte[] superblock = new byte[Superblock.SIZE];
    crashed.read(Superblock.DISK_OFFSET, superblock);
    try {
      Superblock whole = Superblock.parse(MemorySegment.ofArray(superblock));
      return whole.blocks() > 0;
    } catch (Ext4CorruptedException torn) {
      return false;
    }
  }

  /** What e2fsck makes of a crashed disk that Ringside has recovered, too; empty when the same. */
  String comparedWithFsck(DiskImage crashed, Recovered ours, String mixed) throws IOException {
    Path file = Files.createTempFile(folder, "crashed", ".img");
    try {
      crashed.writeTo(file);
      Program.Answer answer = Program.E2FSCK.run("-fp", file);
      if (answer.status() > MENDED) {
        return "e2fsck -fp of the crashed disk: status %d%n%s"
            .formatted(answer.status(), answer.output().strip().indent(6));
      }
      return Moments.difference(
          "e2fsck", look(DiskImage.read(file), mixed), "ringside", ours.moment());
    } finally {
      Files.delete(file);
    }
  }

  /** What the kernel makes of it; empty when the same. */
  String comparedWithKernel(DiskImage crashed, Recovered ours, String mixed) throws IOException {
    Path file = Files.createTempFile(folder, "crashed", ".img");
    try {
      crashed.writeTo(file);
      Recording.Moment kernels;
      try (LoopMount mount = LoopMount.of(file, combination.mountOptions());
          KernelFiles files = KernelFiles.at(mount.directory())) {
        kernels = Recording.Moment.of(files, mixed);
      }
      return Moments.difference("the kernel", kernels, "ringside", ours.moment());
    } finally {
      Files.delete(file);
    }
  }

  /** Deletes its files; nobody may be asking. */
  @Override
  public void close() throws IOException {
    for (FsckFile file = idle.poll(); file != null; file = idle.poll()) {
      file.close();
    }
  }
}
