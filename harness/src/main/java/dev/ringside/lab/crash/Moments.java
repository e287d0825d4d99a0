package dev.ringside.lab.crash;

import dev.ringside.lab.crash.Recording.Moment;
import dev.ringside.storage.Storage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** Says whether what is left after a crash is a moment that it may show. */
final class Moments {
  private static final int SHOWN = 4;

  private Moments() {}

  /** How two moments differ; empty when they do not. */
  static String difference(String one, Moment first, String other, Moment second) {
    if (first.tree().equals(second.tree())) {
      return "";
    }
    SortedSet<String> paths = new TreeSet<>(first.tree().keySet());
    paths.addAll(second.tree().keySet());
    List<String> lines = new ArrayList<>();
    for (String path : paths) {
      String left = first.tree().getOrDefault(path, "absent");
      String right = second.tree().getOrDefault(path, "absent");
      if (!left.equals(right) && lines.size() < SHOWN) {
        lines.add("%s%n        %s: %s%n        %s: %s".formatted(path, one, left, other, right));
      }
    }
    return String.join("\n      ", lines);
  }

  /**
   * Whether a crash may show this.
   *
   * @param allowed the moments that it may show as they are
   * @param mixed path of the file whose sectors may be of different moments; empty when there is
   *     none
   */
  static boolean isOneOf(List<Moment> allowed, Moment seen, String mixed) {
    return allowed.stream().anyMatch(moment -> moment.tree().equals(seen.tree()))
        || (!mixed.isEmpty()
            && allowed.stream().anyMatch(moment -> sameBesides(moment, seen, mixed))
            && isMixOf(allowed, seen));
  }

  /**
   * Whether a crash may show this when content is written behind the back of the journal: a file
   * that the allowed moments differ about may have any content.
   */
  static boolean isOneOfWithAnyContent(List<Moment> allowed, Moment seen) {
    return allowed.stream().anyMatch(moment -> sameBesidesContent(moment, seen, allowed));
  }

  private static boolean sameBesidesContent(Moment moment, Moment seen, List<Moment> allowed) {
    if (!moment.tree().keySet().equals(seen.tree().keySet())) {
      return false;
    }
    for (String path : moment.tree().keySet()) {
      String line = moment.tree().getOrDefault(path, "");
      String other = seen.tree().getOrDefault(path, "");
      boolean written =
          allowed.stream().anyMatch(one -> !line.equals(one.tree().getOrDefault(path, "")));
      boolean same = written ? withoutSum(line).equals(withoutSum(other)) : line.equals(other);
      if (!same) {
        return false;
      }
    }
    return true;
  }

  /** The same but for the content of one file, whose size is the same. */
  private static boolean sameBesides(Moment moment, Moment seen, String mixed) {
    SortedMap<String, String> expected = new TreeMap<>(moment.tree());
    SortedMap<String, String> got = new TreeMap<>(seen.tree());
    String path = "/" + mixed;
    String line = expected.remove(path);
    String other = got.remove(path);
    return line != null
        && other != null
        && expected.equals(got)
        && withoutSum(line).equals(withoutSum(other));
  }

  private static String withoutSum(String line) {
    return line.replaceAll("crc32c [0-9a-f]+", "");
  }

  /**
   * Every sector is of a moment with this size, or of one that is shorter where that one has it:
   * what was appended is there wherever the new size is. Of a file that is cut off, the rest of the
   * last block may be zeros already.
   */
  private static boolean isMixOf(List<Moment> allowed, Moment seen) {
    byte[] content = seen.mixed().bytes();
    for (int from = 0; from < content.length; from += Storage.SECTOR_SIZE) {
      int to = Math.min(content.length, from + Storage.SECTOR_SIZE);
      if (!isOfOne(allowed, content, from, to)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isOfOne(List<Moment> allowed, byte[] content, int from, int to) {
    boolean shrinks = allowed.getLast().mixed().length() < allowed.getFirst().mixed().length();
    for (Moment moment : allowed) {
      byte[] other = moment.mixed().bytes();
      int end = Math.min(to, other.length);
      if (from < other.length && Arrays.equals(content, from, end, other, from, end)) {
        return true;
      }
    }
    return shrinks && isZero(content, from, to);
  }

  private static boolean isZero(byte[] content, int from, int to) {
    for (int i = from; i < to; i++) {
      if (content[i] != 0) {
        return false;
      }
    }
    return true;
  }
}
