package dev.ringside.lab.interop;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a guest told its host: the lines of its console that start with {@code guest:}.
 *
 * @param lines without that word
 */
public record GuestReport(List<String> lines) {
  private static final String MARK = "guest: ";
  private static final String DONE = "done";
  private static final String FAILED = "failed: ";
  private static final String SUM = "sum ";
  private static final String INTERRUPTS = "interrupts ";

  static GuestReport of(String console) {
    List<String> lines = new ArrayList<>();
    for (String line : console.split("\\R", -1)) {
      // The kernel may have begun the line with a message of its own.
      int mark = line.indexOf(MARK);
      if (mark >= 0) {
        lines.add(line.substring(mark + MARK.length()).strip());
      }
    }
    return new GuestReport(List.copyOf(lines));
  }

  /** Whether the guest did all of its task. */
  public boolean isDone() {
    return lines.contains(DONE);
  }

  /** Whether the guest gave up, and said so. */
  boolean isFailed() {
    return lines.stream().anyMatch(line -> line.startsWith(FAILED));
  }

  /** The SHA-256 of each file that the guest wrote, by its path below the root. */
  public Map<String, String> sums() {
    Map<String, String> sums = new LinkedHashMap<>();
    for (String line : startingWith(SUM)) {
      String[] words = line.split("\\s+", 2);
      sums.put("/" + words[1], words[0]);
    }
    return sums;
  }

  /** How often the disks of the guest interrupted it, by {@code /proc/interrupts}. */
  public long interrupts() {
    long sum = 0;
    for (String line : startingWith(INTERRUPTS)) {
      String[] words = line.split("\\s+", -1);
      // The first word names the interrupt, then come the processors' counts.
      for (int i = 1; i < words.length && words[i].chars().allMatch(Character::isDigit); i++) {
        sum += Long.parseLong(words[i]);
      }
    }
    return sum;
  }

  /** What follows a word at the start of a line. */
  List<String> startingWith(String start) {
    return lines.stream()
        .filter(line -> line.startsWith(start))
        .map(line -> line.substring(start.length()))
        .toList();
  }
}
