package dev.ringside.lab.kernel;

/** The system calls that are used here, with their numbers on x86-64. */
public enum SystemCall {
  READ(0),
  WRITE(1),
  CLOSE(3),
  LSEEK(8),
  PREAD64(17),
  PWRITE64(18),
  FSYNC(74),
  FDATASYNC(75),
  TRUNCATE(76),
  FTRUNCATE(77),
  CHMOD(90),
  FCHMOD(91),
  LCHOWN(94),
  CHOWN(92),
  UMASK(95),
  SETGROUPS(116),
  SETFSUID(122),
  SETFSGID(123),
  CAPGET(125),
  CAPSET(126),
  STATFS(137),
  SETXATTR(188),
  LSETXATTR(189),
  GETXATTR(191),
  LGETXATTR(192),
  LISTXATTR(194),
  LLISTXATTR(195),
  REMOVEXATTR(197),
  LREMOVEXATTR(198),
  GETDENTS64(217),
  FADVISE64(221),
  OPENAT(257),
  MKDIRAT(258),
  MKNODAT(259),
  NEWFSTATAT(262),
  UNLINKAT(263),
  LINKAT(265),
  SYMLINKAT(266),
  READLINKAT(267),
  UNSHARE(272),
  UTIMENSAT(280),
  FALLOCATE(285),
  SYNCFS(306),
  RENAMEAT2(316),
  STATX(332),
  FACCESSAT2(439);

  private final int number;

  SystemCall(int number) {
    this.number = number;
  }

  int number() {
    return number;
  }
}
