package dev.ringside.ext4.dir;

import dev.ringside.ext4.cache.CachedBlock;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.ByteString;
import dev.ringside.ext4.format.DirectoryEntry;
import dev.ringside.ext4.format.DirectoryHash;
import dev.ringside.ext4.format.HashTreeNode;
import dev.ringside.ext4.format.HashVersion;
import dev.ringside.ext4.format.Superblock;
import org.jspecify.annotations.Nullable;

/** A directory with an index over the hashes of its names. */
final class HashedDirectory implements Directory {
  private static final int CONTINUED = 1;

  private final DirectoryBlocks blocks;
  private final Superblock superblock;

  HashedDirectory(DirectoryBlocks blocks, Superblock superblock) {
    this.blocks = blocks;
    this.superblock = superblock;
  }

  @Override
  public @Nullable DirectoryEntry lookup(ByteString name) throws Ext4Exception {
    int hash =
        DirectoryHash.of(name, hashVersion(), superblock.unsignedHash(), superblock.hashSeed())
            .major();
    HashTreeWalk walk = new HashTreeWalk(blocks);
    walk.seek(hash);
    do {
      try (CachedBlock leaf = blocks.leaf(walk.leaf())) {
        DirectoryEntry entry = blocks.names(leaf).find(name);
        if (entry != null) {
          return entry;
        }
      }
      // Names of one hash can go on in the next leaf, which then starts at that hash.
    } while (walk.advance() && (walk.startHash() & ~CONTINUED) == hash);
    return null;
  }

  private HashVersion hashVersion() throws Ext4Exception {
    try (CachedBlock root = blocks.root()) {
      return HashTreeNode.root(root.bytes()).hashVersion();
    }
  }

  @Override
  public DirectoryCursor cursor() {
    return new HashedCursor(blocks);
  }
}
