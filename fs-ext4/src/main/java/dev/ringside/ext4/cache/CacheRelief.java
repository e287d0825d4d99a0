package dev.ringside.ext4.cache;

import dev.ringside.ext4.error.Ext4Exception;

/** Who can make room in a cache whose blocks are all changed or held. */
@FunctionalInterface
public interface CacheRelief {
  /** Writes changed blocks home, as many as can be, so that they may be evicted. */
  void relieve() throws Ext4Exception;
}
