package dev.ringside.ext4.inode;

/** What a layer above remembers about an inode that is in use, as its directory or attributes. */
public interface InodeUse {}
