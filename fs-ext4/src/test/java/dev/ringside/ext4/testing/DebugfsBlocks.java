package dev.ringside.ext4.testing;

import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where the blocks of a file lie, as debugfs says. */
public final class DebugfsBlocks {
  private static final Pattern RUN =
      Pattern.compile("\\((\\d+)(?:-(\\d+))?(\\[u])?\\):(\\d+)(?:-\\d+)?");

  private DebugfsBlocks() {}

  /** For every block that is no hole its place; negative when it is unwritten. */
  public static Map<Long, Long> of(Path image, long inode) {
    String stat = Tool.DEBUGFS.run("-R", "stat <" + inode + ">", image);
    Map<Long, Long> blocks = new TreeMap<>();
    Matcher run = RUN.matcher(stat);
    while (run.find()) {
      long first = Long.parseLong(run.group(1));
      long last = run.group(2) == null ? first : Long.parseLong(run.group(2));
      long place = Long.parseLong(run.group(4));
      for (long block = first; block <= last; block++) {
        long at = place + (block - first);
        blocks.put(block, run.group(3) == null ? at : -at);
      }
    }
    return blocks;
  }
}
