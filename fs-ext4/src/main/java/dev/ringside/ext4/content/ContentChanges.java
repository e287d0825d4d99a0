package dev.ringside.ext4.content;

import dev.ringside.ext4.alloc.BlockAllocator;
import dev.ringside.ext4.inode.Orphans;
import dev.ringside.ext4.journal.SuperblockUpdates;
import dev.ringside.ext4.journal.Transactions;

/**
 * What a mount that writes has.
 *
 * @param superblock notes that the superblock has changed
 */
public record ContentChanges(
    Transactions transactions,
    BlockAllocator allocator,
    Orphans orphans,
    SuperblockUpdates superblock) {}
