package dev.ringside.posix;

import java.lang.foreign.Arena;

/** Files that live in memory only (memfd), which processes share by passing a descriptor. */
public final class MemoryFile {
  /** No seal can be added any more. */
  public static final int SEAL_SEAL = 0x1;

  /** The file cannot become smaller: who maps it need not fear SIGBUS. */
  public static final int SEAL_SHRINK = 0x2;

  /** The file cannot become larger. */
  public static final int SEAL_GROW = 0x4;

  /** The content cannot change. */
  public static final int SEAL_WRITE = 0x8;

  private static final int MFD_CLOEXEC = 0x1;
  private static final int MFD_ALLOW_SEALING = 0x2;
  private static final int F_ADD_SEALS = 1033;
  private static final int F_GET_SEALS = 1034;

  private MemoryFile() {}

  /**
   * A file full of zeros, to which seals can be added.
   *
   * @param name for people who look at a process, not unique
   * @param size in bytes
   */
  public static Descriptor create(String name, long size) throws PosixException {
    Descriptor file;
    try (Arena scratch = Arena.ofConfined()) {
      int result =
          NativeCalls.memfdCreate(scratch.allocateFrom(name), MFD_CLOEXEC | MFD_ALLOW_SEALING);
      file = Descriptor.of(Descriptor.check("memfd_create", result));
    }
    try {
      FileCalls.truncate(file, size);
      return file;
    } catch (PosixException failure) {
      file.close();
      throw failure;
    }
  }

  /**
   * Adds seals.
   *
   * @throws PosixException EPERM when {@link #SEAL_SEAL} is set, EINVAL when it is no such file
   */
  public static void seal(Descriptor file, int seals) throws PosixException {
    Descriptor.check("fcntl(F_ADD_SEALS)", NativeCalls.fcntl(file.number(), F_ADD_SEALS, seals));
  }

  /** The seals of a file; 0 for one that cannot have any. */
  public static int seals(Descriptor file) throws PosixException {
    int result = NativeCalls.fcntl(file.number(), F_GET_SEALS, 0);
    return result == -Errno.EINVAL ? 0 : Descriptor.check("fcntl(F_GET_SEALS)", result);
  }
}
