package dev.ringside.ext4.inode;

/** What is cached of a file's content. */
public interface InodeContent {
  /** Whether something of it is not on the disk. */
  boolean isDirty();

  /** Forgets what is cached, which is not dirty: the inode leaves its cache. */
  void drop();
}
