package dev.ringside.ext4;

import dev.ringside.ext4.alloc.Allocation;
import dev.ringside.ext4.inode.OrphanFile;
import dev.ringside.ext4.inode.OrphanList;
import dev.ringside.ext4.inode.Orphans;
import dev.ringside.ext4.journal.SuperblockUpdates;
import dev.ringside.ext4.journal.Transactions;
import org.jspecify.annotations.Nullable;

/**
 * What a mount has that writes.
 *
 * @param superblock notes that the superblock has changed
 * @param orphanFile null when the filesystem has none
 * @param wasValid whether the filesystem was unmounted before, as one without a journal says it
 */
record Writing(
    Transactions transactions,
    SuperblockUpdates superblock,
    Allocation allocation,
    OrphanList orphanList,
    @Nullable OrphanFile orphanFile,
    boolean wasValid) {
  Orphans orphans() {
    return orphanFile != null ? orphanFile : orphanList;
  }
}
