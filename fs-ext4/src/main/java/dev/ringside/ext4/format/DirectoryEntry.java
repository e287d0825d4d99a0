package dev.ringside.ext4.format;

import java.util.Optional;

/**
 * A name in a directory and where it leads.
 *
 * @param inode number of the inode, on the filesystem
 * @param type of the inode; absent where entries do not say, then only the inode knows
 */
public record DirectoryEntry(ByteString name, long inode, Optional<FileType> type) {}
