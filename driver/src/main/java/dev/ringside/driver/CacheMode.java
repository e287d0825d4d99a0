package dev.ringside.driver;

import dev.ringside.virtio.spec.BlkConfigLayout;

/** When a completed write is durable (virtio 1.4, section 5.2.5). */
public enum CacheMode {
  /** At once. */
  WRITETHROUGH(BlkConfigLayout.WRITETHROUGH),
  /** After a {@link BlockOperation#FLUSH}. */
  WRITEBACK(BlkConfigLayout.WRITEBACK);

  private final int code;

  CacheMode(int code) {
    this.code = code;
  }

  int code() {
    return code;
  }
}
