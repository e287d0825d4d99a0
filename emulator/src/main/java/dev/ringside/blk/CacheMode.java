package dev.ringside.blk;

/**
 * Whether a completed write may be volatile, as the driver sees it in {@code writeback} (virtio
 * 1.4, section 5.2.5). The guest's task sets it, tasks that process requests read it: a write is
 * volatile or stable as the mode is when it completes.
 */
final class CacheMode {
  private volatile boolean writeback;

  CacheMode(boolean writeback) {
    this.writeback = writeback;
  }

  boolean isWriteback() {
    return writeback;
  }

  void set(boolean volatileWrites) {
    writeback = volatileWrites;
  }
}
