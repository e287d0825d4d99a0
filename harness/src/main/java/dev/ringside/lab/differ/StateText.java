package dev.ringside.lab.differ;

import dev.ringside.lab.files.FileState;
import dev.ringside.lab.files.FileTime;
import dev.ringside.lab.files.SpaceState;

/**
 * What {@code stat} and {@code statfs} say, as text that is equal on two sound filesystems. Times
 * near the present are "now", because the two run one after the other.
 */
final class StateText {
  private static final long NEAR_SECONDS = 3600;

  private final long start = System.currentTimeMillis() / 1000;

  String of(FileState state) {
    StringBuilder text = new StringBuilder();
    text.append(FileState.letter(state.mode()))
        .append(" %04o".formatted(state.permissions()))
        .append(" uid ")
        .append(Integer.toUnsignedString(state.uid()))
        .append(" gid ")
        .append(Integer.toUnsignedString(state.gid()))
        .append(" links ")
        .append(state.links());
    switch (state.type()) {
      case FileState.DIRECTORY -> {
        // Its size is its own business.
      }
      case FileState.BLOCK_DEVICE, FileState.CHARACTER_DEVICE ->
          text.append(" device ").append(state.major()).append(':').append(state.minor());
      default -> text.append(" size ").append(state.size());
    }
    return text.append(" modified ")
        .append(of(state.modification()))
        .append(" changed ")
        .append(of(state.change()))
        .toString();
  }

  String of(FileTime time) {
    boolean near = Math.abs(time.seconds() - start) < NEAR_SECONDS;
    return near ? "now" : time.seconds() + "." + time.nanoseconds();
  }

  String of(SpaceState space) {
    return "blocks %d of %d bytes, files %d, free %d, names %d"
        .formatted(
            space.blocks(),
            space.blockSize(),
            space.files(),
            space.freeFiles(),
            space.nameLength());
  }
}
