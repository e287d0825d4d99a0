package dev.ringside.lab.files;

import java.util.List;

/**
 * Who makes a call.
 *
 * @param uid the superuser, who may do everything, when 0
 * @param groups besides {@code gid}
 * @param umask what is taken from the mode of new files
 */
public record Caller(int uid, int gid, List<Integer> groups, int umask) {
  /** The superuser, whose new files have all permissions that were asked for. */
  public static final Caller ROOT = new Caller(0, 0, List.of(), 0);

  /** Keeps a copy of the groups. */
  public Caller {
    groups = List.copyOf(groups);
  }

  public Caller withUmask(int bits) {
    return new Caller(uid, gid, groups, bits);
  }

  @Override
  public String toString() {
    return "uid %d gid %d %s umask %04o".formatted(uid, gid, groups, umask);
  }
}
