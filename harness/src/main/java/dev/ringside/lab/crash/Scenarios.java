package dev.ringside.lab.crash;

import dev.ringside.lab.differ.Operation;
import dev.ringside.lab.differ.Operation.ChmodOpen;
import dev.ringside.lab.files.FallocateFlag;
import dev.ringside.lab.files.FileState;
import dev.ringside.lab.files.FileTime;
import dev.ringside.lab.files.OpenFlag;
import dev.ringside.lab.files.RenameFlag;
import java.util.ArrayList;
import java.util.List;

/** A scenario for each operation. Slot 0 is the file that is written to. */
final class Scenarios {
  private static final int BLOCK = 4096;
  private static final int LARGE = 200_000;
  private static final int FILE_MODE = 0644;
  private static final String FILE = "d/f";
  private static final String LONG_NAME = "a-name-that-takes-some-room-in-its-directory-block-";

  private static final Operation RENAME = new Operation.Rename(FILE, "e/f", 0);
  private static final Operation RENAME_OVER = new Operation.Rename(FILE, "d/g", 0);

  private final List<Scenario> all = new ArrayList<>();

  private Scenarios() {}

  /** All of them; the extents of some can only be moved where files have extents. */
  static List<Scenario> all(boolean extents) {
    Scenarios scenarios = new Scenarios();
    scenarios.content();
    scenarios.names();
    scenarios.directories();
    scenarios.inodes();
    scenarios.mount();
    if (extents) {
      scenarios.space();
    }
    return scenarios.all;
  }

  private static List<Operation> tree(Operation... more) {
    List<Operation> steps = new ArrayList<>();
    steps.add(new Operation.Mkdir("d", 0755));
    steps.add(new Operation.Mkdir("e", 0755));
    steps.add(new Operation.Mkdir("e/sub", 0755));
    steps.add(new Operation.WriteFile(FILE, 3 * BLOCK + 100, 1));
    steps.add(new Operation.WriteFile("d/g", 5 * BLOCK, 2));
    steps.add(new Operation.WriteFile("e/h", 100, 3));
    steps.add(new Operation.MakeMany("d", "m", 20));
    steps.addAll(List.of(more));
    return steps;
  }

  private static Operation open(String path, int flags) {
    return new Operation.Open(0, path, flags, FILE_MODE);
  }

  private void add(String name, List<Operation> prepare, Operation... steps) {
    all.add(Scenario.ofCalls(name, prepare, List.of(steps), ""));
  }

  private void addMixed(String name, List<Operation> prepare, Operation... steps) {
    all.add(Scenario.ofCalls(name, prepare, List.of(steps), FILE));
  }

  private void content() {
    List<Operation> opened = tree(open(FILE, OpenFlag.READ_WRITE));
    addMixed(
        "append",
        tree(open(FILE, OpenFlag.READ_WRITE | OpenFlag.APPEND)),
        new Operation.Write(0, 2 * BLOCK, 7));
    addMixed("overwrite", opened, new Operation.WriteAt(0, 100, 2 * BLOCK, 8));
    addMixed("write-behind-end", opened, new Operation.WriteAt(0, 30 * BLOCK, BLOCK, 9));
    addMixed("write-large", opened, new Operation.WriteAt(0, 4 * BLOCK, LARGE, 10));
    addMixed("truncate-down", opened, new Operation.Truncate(FILE, BLOCK + 10));
    addMixed("truncate-to-nothing", opened, new Operation.Truncate(FILE, 0));
    addMixed("truncate-up", opened, new Operation.Truncate(FILE, 40L * BLOCK));
    addMixed(
        "truncate-large",
        tree(new Operation.WriteFile(FILE, LARGE, 11)),
        new Operation.Truncate(FILE, 5));
    add(
        "write-new",
        tree(),
        open("d/new", OpenFlag.WRITE_ONLY | OpenFlag.CREATE),
        new Operation.Write(0, BLOCK + 5, 12));
  }

  private void names() {
    add("create", tree(), open("d/new", OpenFlag.WRITE_ONLY | OpenFlag.CREATE));
    add("link", tree(), new Operation.Link(FILE, "e/linked", false));
    add("unlink", tree(), new Operation.Unlink(FILE));
    add(
        "unlink-open",
        tree(open(FILE, OpenFlag.READ_WRITE)),
        new Operation.Unlink(FILE),
        new Operation.Close(0));
    add(
        "unlink-large",
        tree(new Operation.WriteFile("d/large", LARGE, 13)),
        new Operation.Unlink("d/large"));
    add("symlink", tree(), new Operation.Symlink("../e/h", "d/link"));
    add("symlink-long", tree(), new Operation.Symlink("t".repeat(300), "d/link"));
    add("rename", tree(), new Operation.Rename(FILE, "d/renamed", 0));
    add("rename-over", tree(), RENAME_OVER);
    add("rename-across", tree(), RENAME);
    add("rename-directory", tree(), new Operation.Rename("e", "d/e", 0));
    add("rename-noreplace", tree(), new Operation.Rename(FILE, "e/f", RenameFlag.NO_REPLACE));
    add("rename-exchange", tree(), new Operation.Rename(FILE, "e/sub", RenameFlag.EXCHANGE));
    add("rename-whiteout", tree(), new Operation.Rename(FILE, "e/f", RenameFlag.WHITEOUT));
    add("mknod", tree(), new Operation.Mknod("d/node", FileState.CHARACTER_DEVICE | 0600, 240, 3));
    add(
        "temporary-file",
        tree(),
        open("d", OpenFlag.TEMPORARY | OpenFlag.READ_WRITE),
        new Operation.Write(0, BLOCK, 14),
        new Operation.LinkOpen(0, "d/named"));
    add(
        "temporary-file-lost",
        tree(),
        open("d", OpenFlag.TEMPORARY | OpenFlag.READ_WRITE),
        new Operation.Write(0, 3 * BLOCK, 15),
        new Operation.Close(0));
  }

  private void directories() {
    add("mkdir", tree(), new Operation.Mkdir("d/new", 0755));
    add("rmdir", tree(), new Operation.Rmdir("e/sub"));
    List<Operation> creations = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      creations.add(new Operation.Mknod("e/" + LONG_NAME + i, FileState.REGULAR | 0600, 0, 0));
    }
    all.add(Scenario.ofCalls("create-many", tree(), creations, ""));
    List<Operation> removals = new ArrayList<>();
    for (int i = 0; i < 40; i += 2) {
      removals.add(new Operation.Unlink("e/" + LONG_NAME + i));
    }
    all.add(
        Scenario.ofCalls(
            "remove-many", tree(new Operation.MakeMany("e", LONG_NAME, 40)), removals, ""));
    // With blocks of 4096 bytes the index is made now; smaller ones have it, and split leaves.
    all.add(
        Scenario.ofCalls(
            "hash-convert", tree(new Operation.MakeMany("e", LONG_NAME, 55)), newNames(20), ""));
    all.add(
        Scenario.ofCalls(
            "hash-split", tree(new Operation.MakeMany("e", LONG_NAME, 110)), newNames(30), ""));
    // The directory's block becomes a file's: what the log has of it must not be written again.
    add(
        "reuse",
        tree(
            new Operation.Mkdir("e/x", 0755),
            new Operation.MakeMany("e/x", "m", 5),
            new Operation.RemoveMany("e/x", "m", 5, 1)),
        new Operation.Rmdir("e/x"),
        new Operation.Sync(),
        open("e/reused", OpenFlag.WRITE_ONLY | OpenFlag.CREATE),
        new Operation.Write(0, 60 * BLOCK, 16),
        new Operation.Fsync(0, false));
  }

  private static List<Operation> newNames(int count) {
    List<Operation> creations = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      creations.add(new Operation.Mknod("e/n" + LONG_NAME + i, FileState.REGULAR | 0600, 0, 0));
    }
    return creations;
  }

  private void inodes() {
    add("chmod", tree(), new Operation.Chmod(FILE, 0600));
    add("chmod-open", tree(open(FILE, 0)), new ChmodOpen(0, 0640));
    add("chown", tree(), new Operation.Chown(FILE, 1000, 70_000, true));
    add(
        "utimens",
        tree(),
        new Operation.Utimens(FILE, new FileTime(5, 5), new FileTime(1L << 32, 7), true));
    add("setxattr", tree(), new Operation.SetAttribute(FILE, "user.a", 20, 1, 0, true));
    add("setxattr-large", tree(), new Operation.SetAttribute(FILE, "user.b", 700, 2, 0, true));
    List<Operation> attributes =
        tree(
            new Operation.SetAttribute(FILE, "user.a", 20, 1, 0, true),
            new Operation.SetAttribute(FILE, "user.b", 700, 2, 0, true),
            new Operation.SetAttribute("d/g", "user.b", 700, 2, 0, true));
    add(
        "setxattr-replace",
        attributes,
        new Operation.SetAttribute(FILE, "user.b", 650, 3, 0, true));
    add("removexattr", attributes, new Operation.RemoveAttribute(FILE, "user.b", true));
    add("unlink-with-xattrs", attributes, new Operation.Unlink(FILE));
    add("set-acl", tree(), new Operation.SetAccessList(FILE, false, 2));
    add("set-default-acl", tree(), new Operation.SetAccessList("d", true, 3));
    add(
        "create-with-acl",
        tree(new Operation.SetAccessList("d", true, 5)),
        open("d/new", OpenFlag.WRITE_ONLY | OpenFlag.CREATE));
  }

  private void space() {
    List<Operation> opened = tree(open(FILE, OpenFlag.READ_WRITE));
    add("allocate", opened, new Operation.Fallocate(0, 0, 2 * BLOCK, 20 * BLOCK));
    add(
        "allocate-keep-size",
        opened,
        new Operation.Fallocate(0, FallocateFlag.KEEP_SIZE, 8 * BLOCK, 20 * BLOCK));
    addMixed(
        "punch-hole",
        opened,
        new Operation.Fallocate(
            0, FallocateFlag.PUNCH_HOLE | FallocateFlag.KEEP_SIZE, 500, 2 * BLOCK));
    addMixed(
        "zero-range", opened, new Operation.Fallocate(0, FallocateFlag.ZERO_RANGE, 500, 2 * BLOCK));
    add(
        "collapse-range",
        opened,
        new Operation.Fallocate(0, FallocateFlag.COLLAPSE_RANGE, BLOCK, BLOCK));
    add(
        "insert-range",
        opened,
        new Operation.Fallocate(0, FallocateFlag.INSERT_RANGE, BLOCK, 3 * BLOCK));
    addMixed(
        "write-allocated",
        tree(open(FILE, OpenFlag.READ_WRITE), new Operation.Fallocate(0, 0, 0, 40 * BLOCK)),
        new Operation.WriteAt(0, 20 * BLOCK + 10, BLOCK, 17));
  }

  private void mount() {
    List<Act> changes = List.of(call(new Operation.Mkdir("d/new", 0755)), call(RENAME));
    Scenario shutdown = Scenario.ofActs("shutdown", tree(), changes, "");
    all.add(
        Scenario.ofCalls(
                "shutdown-writing",
                tree(),
                List.of(
                    open("d/new", OpenFlag.WRITE_ONLY | OpenFlag.CREATE),
                    new Operation.Write(0, 3 * BLOCK, 18)),
                "")
            .endingIn(Ending.SHUTDOWN));
    all.add(shutdown.endingIn(Ending.SHUTDOWN_FLUSH_LOG));
    all.add(shutdown.endingIn(Ending.SHUTDOWN_AT_ONCE));
    all.add(
        Scenario.ofActs(
            "freeze",
            tree(),
            List.of(call(new Operation.Mkdir("d/new", 0755)), Act.OnMount.FREEZE),
            ""));
    all.add(
        Scenario.ofActs(
            "freeze-and-thaw",
            tree(),
            List.of(
                call(new Operation.Mkdir("d/new", 0755)),
                Act.OnMount.FREEZE,
                Act.OnMount.THAW,
                call(RENAME)),
            ""));
    List<Operation> large = tree(new Operation.WriteFile("d/large", LARGE, 19));
    all.add(
        Scenario.ofActs(
            "trim",
            large,
            List.of(
                call(new Operation.Unlink("d/large")),
                Act.OnMount.TRIM,
                call(new Operation.Sync()),
                Act.OnMount.TRIM,
                call(open("d/new", OpenFlag.WRITE_ONLY | OpenFlag.CREATE)),
                call(new Operation.Write(0, 3 * BLOCK, 20))),
            ""));
    all.add(
        Scenario.ofCalls("unlink", large, List.of(new Operation.Unlink("d/large")), "")
            .discarding());
    all.add(
        Scenario.ofCalls(
                "truncate",
                tree(new Operation.WriteFile(FILE, LARGE, 21)),
                List.of(new Operation.Truncate(FILE, 5)),
                FILE)
            .discarding());
    all.add(Scenario.ofCalls("rename-over", tree(), List.of(RENAME_OVER), "").discarding());
  }

  private static Act call(Operation operation) {
    return new Act.Call(operation);
  }
}
