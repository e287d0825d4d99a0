package dev.ringside.ext4.access;

import java.util.Set;

/**
 * On whose behalf operations are done. User 0 has all capabilities, everybody else none.
 *
 * @param groups supplementary ones
 */
public record Credentials(long uid, long gid, Set<Long> groups) {
  /** The superuser. */
  public static final Credentials ROOT = new Credentials(0, 0, Set.of());

  /** Copies the groups. */
  public Credentials {
    groups = Set.copyOf(groups);
  }

  /** Without supplementary groups. */
  public static Credentials of(long uid, long gid) {
    return new Credentials(uid, gid, Set.of());
  }

  /** Whether permissions do not bind. */
  public boolean isSuperuser() {
    return uid == 0;
  }

  /** Whether a group is one of these. */
  public boolean isMember(long group) {
    return group == gid || groups.contains(group);
  }
}
