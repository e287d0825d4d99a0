package dev.ringside.lab.differ;

import dev.ringside.ext4.error.Errno;
import dev.ringside.lab.files.CallFailedException;
import dev.ringside.lab.files.Caller;
import dev.ringside.lab.files.FileCalls;
import dev.ringside.lab.files.FileCalls.Entry;
import dev.ringside.lab.files.FileState;
import dev.ringside.lab.files.OpenFlag;
import dev.ringside.lab.files.Whence;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * All that can be seen of a tree: by path, what {@code stat} says, the attributes, and what the
 * file holds, points to, or is another name of; of regular files also where their holes are.
 */
public final class TreeListing {
  private static final int PIECE = 4096;
  private static final int MAX_RANGES = 1000;

  private final FileCalls calls;
  private final boolean times;
  private final boolean holes;
  private final StateText states = new StateText();
  private final SortedMap<String, String> files = new TreeMap<>();
  private final Map<Long, String> namesOfLinked = new HashMap<>();

  private TreeListing(FileCalls calls, boolean times, boolean holes) {
    this.calls = calls;
    this.times = times;
    this.holes = holes;
  }

  /**
   * Lists everything under the root.
   *
   * @param times whether times belong to it
   * @param holes whether it matters which zeros are holes
   */
  public static SortedMap<String, String> of(FileCalls calls, boolean times, boolean holes)
      throws CallFailedException {
    TreeListing listing = new TreeListing(calls, times, holes);
    calls.become(Caller.ROOT);
    listing.add("");
    return listing.files;
  }

  private void add(String path) throws CallFailedException {
    FileState state = calls.stat(path, false);
    String text = states.of(state);
    if (!times) {
      text = text.substring(0, text.indexOf(" modified"));
    }
    files.put("/" + path, text + attributes(path) + detail(path, state));
    if (state.type() == FileState.DIRECTORY) {
      List<Entry> entries = new ArrayList<>(calls.list(path));
      entries.sort(Comparator.comparing(Entry::name));
      for (Entry entry : entries) {
        if (!entry.name().equals(".") && !entry.name().equals("..")) {
          add(path.isEmpty() ? entry.name() : path + "/" + entry.name());
        }
      }
    }
  }

  private String attributes(String path) throws CallFailedException {
    StringBuilder text = new StringBuilder();
    for (String name : calls.listAttributes(path, false).stream().sorted().toList()) {
      text.append(' ')
          .append(name)
          .append('=')
          .append(HexFormat.of().formatHex(calls.getAttribute(path, name, false)));
    }
    return text.toString();
  }

  private String detail(String path, FileState state) throws CallFailedException {
    if (state.type() != FileState.DIRECTORY && state.links() > 1) {
      String first = namesOfLinked.putIfAbsent(state.inode(), path);
      if (first != null) {
        return " same as " + first;
      }
    }
    return switch (state.type()) {
      case FileState.SYMLINK -> " -> " + calls.readlink(path);
      case FileState.REGULAR -> " " + content(path, state.size());
      default -> "";
    };
  }

  private String content(String path, long size) throws CallFailedException {
    int handle = calls.open(path, OpenFlag.NO_ACCESS_TIME, 0);
    try {
      String ranges = holes ? " data" + ranges(handle, size) : "";
      return ContentSum.of(calls, handle, size, PIECE) + ranges;
    } finally {
      calls.close(handle);
    }
  }

  private String ranges(int handle, long size) throws CallFailedException {
    StringBuilder text = new StringBuilder();
    long position = 0;
    for (int i = 0; i < MAX_RANGES && position < size; i++) {
      try {
        long data = calls.seek(handle, position, Whence.DATA);
        position = calls.seek(handle, data, Whence.HOLE);
        text.append(' ').append(data).append('-').append(position);
      } catch (CallFailedException none) {
        if (none.errno() != Errno.ENXIO.number()) {
          throw none;
        }
        break;
      }
    }
    return text.toString();
  }
}
