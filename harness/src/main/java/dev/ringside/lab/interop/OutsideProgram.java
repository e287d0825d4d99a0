package dev.ringside.lab.interop;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A program of the system's that stands on one side of a ring, or goes into a guest. */
public enum OutsideProgram {
  USER_MODE_LINUX("linux.uml", "user-mode-linux"),
  QEMU("qemu-system-x86_64", "qemu-system-x86"),
  STORAGE_DAEMON("qemu-storage-daemon", "qemu-system-common"),
  BUSYBOX("busybox", "busybox-static"),
  MKE2FS("mke2fs", "e2fsprogs"),
  E2FSCK("e2fsck", "e2fsprogs"),
  SQLITE("sqlite3", "sqlite3"),
  LDD("ldd", "libc-bin"),
  MAKE("make", "make");

  private static final List<Path> PLACES =
      List.of(Path.of("/usr/bin"), Path.of("/usr/sbin"), Path.of("/bin"), Path.of("/sbin"));

  private final String program;
  private final String bringsIt;

  OutsideProgram(String program, String bringsIt) {
    this.program = program;
    this.bringsIt = bringsIt;
  }

  /** Where it is installed. */
  public Optional<Path> find() {
    return PLACES.stream()
        .map(place -> place.resolve(program))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /**
   * Where it is installed.
   *
   * @throws MissingPackageException when it is not
   */
  public Path require() throws MissingPackageException {
    return find().orElseThrow(() -> new MissingPackageException(program, bringsIt));
  }
}
