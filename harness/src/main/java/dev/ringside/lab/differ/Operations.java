package dev.ringside.lab.differ;

import dev.ringside.lab.files.Caller;
import dev.ringside.lab.files.FallocateFlag;
import dev.ringside.lab.files.FileState;
import dev.ringside.lab.files.FileTime;
import dev.ringside.lab.files.OpenFlag;
import dev.ringside.lab.files.RenameFlag;
import dev.ringside.machine.RandomStreams;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Draws operations from a seed. What is drawn depends on no outcome, so any part of a sequence is a
 * sequence again. Few names and few open files, so that operations meet each other and errors
 * happen.
 */
final class Operations {
  /** Directories above everything, so that no link leads out of the filesystem. */
  static final String BASE = "1/2/3/4/5";

  private static final int REMOUNT_EVERY = 400;
  private static final int FILL_EVERY = 1500;
  private static final int FULL_STEPS = 12;
  private static final int MIB = 1 << 20;

  private static final List<Caller> USERS =
      List.of(
          new Caller(1000, 1000, List.of(100, 2000), 0022),
          new Caller(1001, 1001, List.of(2000), 0002),
          new Caller(65534, 65534, List.of(), 0077));

  private final RandomGenerator random;
  private final Names names;
  private final int blockSize;
  private final boolean mayFill;
  private final List<Step> steps = new ArrayList<>();

  private Operations(long seed, int blockSize, boolean mayFill) {
    this.random = new RandomStreams(seed).stream("operations");
    this.names = new Names(random);
    this.blockSize = blockSize;
    this.mayFill = mayFill;
  }

  /**
   * Draws a sequence.
   *
   * @param blockSize around whose multiples sizes and positions are drawn
   * @param mayFill whether the disk is small enough to be filled up
   */
  static List<Step> draw(long seed, int count, int blockSize, boolean mayFill) {
    Operations operations = new Operations(seed, blockSize, mayFill);
    operations.begin();
    while (operations.steps.size() < count) {
      operations.drawOne();
    }
    return operations.steps.subList(0, count);
  }

  private void add(Caller caller, Operation operation) {
    steps.add(new Step(steps.size(), caller, operation));
  }

  private void begin() {
    String path = "";
    for (String name : BASE.split("/", -1)) {
      path = path.isEmpty() ? name : path + "/" + name;
      add(Caller.ROOT, new Operation.Mkdir(path, 0777));
    }
    for (String name : Names.DIRECTORIES) {
      add(Caller.ROOT, new Operation.Mkdir(BASE + "/" + name, 0777));
    }
  }

  private void drawOne() {
    if (steps.size() % REMOUNT_EVERY == REMOUNT_EVERY - 1) {
      add(Caller.ROOT, new Operation.Remount());
    } else if (mayFill && random.nextInt(FILL_EVERY) == 0) {
      fill();
    } else {
      add(caller(), operation());
    }
  }

  private Caller caller() {
    if (random.nextInt(5) < 3) {
      return Caller.ROOT;
    }
    return USERS.get(random.nextInt(USERS.size()));
  }

  /** Until the disk is empty again, only what needs no space, or fails. */
  private void fill() {
    String path = BASE + "/fill";
    boolean user = random.nextBoolean();
    add(user ? USERS.getFirst() : Caller.ROOT, new Operation.Fill(path));
    for (int i = 0; i < FULL_STEPS; i++) {
      add(Caller.ROOT, withoutSpace());
    }
    add(Caller.ROOT, new Operation.Empty(path));
  }

  private Operation withoutSpace() {
    return switch (random.nextInt(8)) {
      case 0, 1 -> new Operation.Unlink(names.path());
      case 2 -> new Operation.Stat(names.path(), false);
      case 3 -> new Operation.ReadFile(names.path());
      case 4 -> new Operation.Rmdir(names.directory());
      case 5 -> new Operation.ListDirectory(names.directory());
      case 6 -> new Operation.Chmod(names.path(), mode());
      default -> new Operation.Read(slot(), random.nextInt(blockSize));
    };
  }

  private Operation operation() {
    int kind = random.nextInt(1000);
    if (kind < 130) {
      return new Operation.Open(slot(), names.path(), openFlags(), mode());
    }
    if (kind < 480) {
      return onOpenFile(kind);
    }
    return kind < 820 ? onName(kind) : onInode(kind);
  }

  private Operation onOpenFile(int kind) {
    int slot = slot();
    if (kind < 190) {
      return new Operation.Write(slot, length(), random.nextInt());
    }
    if (kind < 250) {
      return new Operation.WriteAt(slot, position(), length(), random.nextInt());
    }
    if (kind < 275) {
      return new Operation.Read(slot, length());
    }
    if (kind < 305) {
      return new Operation.ReadAt(slot, position(), length());
    }
    if (kind < 340) {
      return new Operation.Seek(slot, position(), random.nextInt(5));
    }
    if (kind < 365) {
      return new Operation.TruncateOpen(slot, position());
    }
    if (kind < 425) {
      return fallocate(slot);
    }
    if (kind < 440) {
      return new Operation.Fsync(slot, random.nextBoolean());
    }
    if (kind < 455) {
      return new Operation.StatOpen(slot);
    }
    if (kind < 460) {
      return new Operation.ChmodOpen(slot, mode());
    }
    return kind < 470 ? new Operation.LinkOpen(slot, names.path()) : new Operation.Close(slot);
  }

  private Operation onName(int kind) {
    if (kind < 520) {
      return new Operation.WriteFile(names.path(), length(), random.nextInt());
    }
    if (kind < 550) {
      return new Operation.ReadFile(names.path());
    }
    if (kind < 575) {
      return new Operation.Truncate(names.path(), position());
    }
    if (kind < 620) {
      return new Operation.Unlink(names.path());
    }
    if (kind < 650) {
      return new Operation.Link(names.path(), names.path(), random.nextInt(4) == 0);
    }
    if (kind < 675) {
      return new Operation.Symlink(names.target(), names.path());
    }
    if (kind < 715) {
      return new Operation.Mkdir(names.directory(), mode() | 0700);
    }
    if (kind < 735) {
      return new Operation.Rmdir(names.directory());
    }
    if (kind < 790) {
      return rename();
    }
    if (kind < 800) {
      return mknod();
    }
    if (kind < 810) {
      return new Operation.MakeMany(names.directory(), names.prefix(), many());
    }
    return new Operation.RemoveMany(
        names.directory(), names.prefix(), many(), 1 + random.nextInt(3));
  }

  private Operation onInode(int kind) {
    boolean follow = random.nextInt(4) != 0;
    String path = random.nextInt(4) == 0 ? names.directory() : names.path();
    if (kind < 850) {
      return new Operation.Stat(path, follow);
    }
    if (kind < 865) {
      return new Operation.ListDirectory(random.nextInt(4) == 0 ? path : names.directory());
    }
    if (kind < 875) {
      return new Operation.Readlink(path);
    }
    if (kind < 890) {
      return new Operation.Chmod(path, mode());
    }
    if (kind < 905) {
      return new Operation.Chown(path, id(), id(), follow);
    }
    if (kind < 920) {
      return new Operation.Utimens(path, time(), time(), follow);
    }
    if (kind < 930) {
      return new Operation.Access(path, random.nextInt(8));
    }
    if (kind < 950) {
      return new Operation.SetAttribute(
          path,
          names.attribute(),
          attributeLength(),
          random.nextInt(),
          random.nextInt(4) == 0 ? 1 << random.nextInt(2) : 0,
          follow);
    }
    if (kind < 962) {
      return new Operation.SetAccessList(
          path, random.nextBoolean(), random.nextInt(AccessLists.COUNT));
    }
    if (kind < 972) {
      return new Operation.GetAttribute(path, names.attribute(), follow);
    }
    if (kind < 980) {
      return new Operation.ListAttributes(path, follow);
    }
    if (kind < 990) {
      return new Operation.RemoveAttribute(path, names.attribute(), follow);
    }
    return kind < 996 ? new Operation.Statfs() : new Operation.Sync();
  }

  private int slot() {
    return random.nextInt(Interpreter.SLOTS);
  }

  private int openFlags() {
    int flags = random.nextInt(3);
    if (random.nextInt(10) == 0) {
      // Without a name: the path is a directory's, more often than not.
      return OpenFlag.TEMPORARY | flags | (random.nextInt(4) == 0 ? OpenFlag.EXCLUSIVE : 0);
    }
    if (random.nextInt(10) < 6) {
      flags |= OpenFlag.CREATE;
    }
    int[] others = {
      OpenFlag.EXCLUSIVE,
      OpenFlag.TRUNCATE,
      OpenFlag.APPEND,
      OpenFlag.NO_FOLLOW,
      OpenFlag.DIRECTORY,
      OpenFlag.NO_ACCESS_TIME,
      OpenFlag.SYNC,
      OpenFlag.DATA_SYNC
    };
    for (int other : others) {
      if (random.nextInt(9) == 0) {
        flags |= other;
      }
    }
    // What creating a directory by opening it means has changed from kernel to kernel.
    return (flags & OpenFlag.DIRECTORY) == 0 ? flags : flags & ~OpenFlag.CREATE;
  }

  private int mode() {
    int[] modes = {0644, 0600, 0666, 0755, 0777, 0700, 0444, 0000, 04755, 02755, 01777, 02644};
    return modes[random.nextInt(modes.length)];
  }

  private int length() {
    return switch (random.nextInt(8)) {
      case 0 -> random.nextInt(16);
      case 1, 2 -> random.nextInt(blockSize);
      case 3 -> blockSize;
      case 4, 5 -> random.nextInt(8 * blockSize);
      case 6 -> blockSize * (1 + random.nextInt(16));
      default -> random.nextInt(40 * blockSize);
    };
  }

  private long position() {
    long blocks =
        switch (random.nextInt(12)) {
          case 0, 1, 2 -> 0;
          case 3, 4, 5, 6 -> random.nextInt(16);
          case 7, 8 -> random.nextInt(100);
          case 9 -> random.nextInt(1200);
          case 10 -> random.nextInt(300_000);
          default -> far();
        };
    return switch (random.nextInt(4)) {
      case 0 -> blocks * blockSize;
      case 1 -> blocks * blockSize + random.nextInt(blockSize);
      case 2 -> Math.max(0, blocks * blockSize - 1);
      default -> blocks * blockSize + 1;
    };
  }

  /** In blocks: where a number gets too small, or a file too large. */
  private long far() {
    long[] places = {
      1L << 20, 1L << 22, (1L << 31) / blockSize, (1L << 32) / blockSize, 1L << 32, (1L << 32) - 2
    };
    return places[random.nextInt(places.length)];
  }

  private Operation fallocate(int slot) {
    int[] modes = {
      0,
      FallocateFlag.KEEP_SIZE,
      FallocateFlag.PUNCH_HOLE | FallocateFlag.KEEP_SIZE,
      FallocateFlag.ZERO_RANGE,
      FallocateFlag.ZERO_RANGE | FallocateFlag.KEEP_SIZE,
      FallocateFlag.COLLAPSE_RANGE,
      FallocateFlag.INSERT_RANGE,
      FallocateFlag.PUNCH_HOLE,
      FallocateFlag.COLLAPSE_RANGE | FallocateFlag.KEEP_SIZE,
    };
    int choice = random.nextInt(modes.length + 5);
    int mode = modes[choice < modes.length ? choice : choice - modes.length];
    boolean aligned = random.nextInt(4) != 0;
    long offset = aligned ? (long) random.nextInt(40) * blockSize : position();
    long length = aligned ? (long) random.nextInt(40) * blockSize : length();
    if (offset + length > 16L * MIB && mode <= FallocateFlag.KEEP_SIZE) {
      // What is really allocated has to fit.
      length = Math.min(length, MIB);
    }
    return new Operation.Fallocate(slot, mode, offset, random.nextInt(30) == 0 ? -1 : length);
  }

  private Operation rename() {
    boolean directories = random.nextInt(3) == 0;
    String from = directories ? names.directory() : names.path();
    String to = directories && random.nextInt(4) != 0 ? names.directory() : names.path();
    int flags =
        switch (random.nextInt(10)) {
          case 0, 1 -> RenameFlag.EXCHANGE;
          case 2 -> RenameFlag.NO_REPLACE;
          case 3 -> RenameFlag.WHITEOUT;
          case 4 -> random.nextInt(8);
          default -> 0;
        };
    return new Operation.Rename(from, to, flags);
  }

  private Operation mknod() {
    int[] types = {
      FileState.FIFO, FileState.CHARACTER_DEVICE, FileState.BLOCK_DEVICE, FileState.SOCKET, 0
    };
    int type = types[random.nextInt(types.length)];
    // Numbers that no driver has.
    int major = 240 + random.nextInt(14);
    int minor = random.nextBoolean() ? random.nextInt(256) : 256 + random.nextInt(1 << 16);
    boolean device = type == FileState.CHARACTER_DEVICE || type == FileState.BLOCK_DEVICE;
    return new Operation.Mknod(
        names.path(), type | (mode() & 0777), device ? major : 0, device ? minor : 0);
  }

  private int many() {
    return random.nextInt(4) == 0 ? 60 + random.nextInt(400) : 1 + random.nextInt(60);
  }

  private int id() {
    int[] ids = {-1, 0, 1000, 1001, 2000, 100, 65536, 3_000_000};
    return ids[random.nextInt(ids.length)];
  }

  private FileTime time() {
    return switch (random.nextInt(8)) {
      case 0 -> new FileTime(0, FileTime.NOW);
      case 1 -> new FileTime(0, FileTime.OMIT);
      case 2 -> new FileTime(0, 0);
      case 3 -> new FileTime(1_000_000_000, 123_456_789);
      case 4 -> new FileTime(-1_000, 5);
      case 5 -> new FileTime(1L << 31, 999_999_999);
      case 6 -> new FileTime((1L << 32) + random.nextInt(1000), 1);
      default -> new FileTime(1L << (33 + random.nextInt(8)), 7);
    };
  }

  private int attributeLength() {
    return switch (random.nextInt(8)) {
      case 0 -> 0;
      case 1, 2, 3 -> random.nextInt(40);
      case 4, 5 -> random.nextInt(blockSize / 4);
      case 6 -> random.nextInt(blockSize);
      default -> random.nextInt(2 * blockSize);
    };
  }
}
