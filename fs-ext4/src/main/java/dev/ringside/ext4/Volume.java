package dev.ringside.ext4;

import dev.ringside.ext4.access.Credentials;
import dev.ringside.ext4.cache.MetadataCache;
import dev.ringside.ext4.cache.NameCache;
import dev.ringside.ext4.content.FileContent;
import dev.ringside.ext4.content.WriteAccess;
import dev.ringside.ext4.dir.Directory;
import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.error.Ext4FrozenException;
import dev.ringside.ext4.format.ByteString;
import dev.ringside.ext4.format.DirectoryEntry;
import dev.ringside.ext4.format.ExtentNode;
import dev.ringside.ext4.format.FileType;
import dev.ringside.ext4.format.Inode;
import dev.ringside.ext4.format.Superblock;
import dev.ringside.ext4.inode.InCoreInode;
import dev.ringside.ext4.inode.InodeCache;
import dev.ringside.ext4.inode.InodeTable;
import dev.ringside.ext4.inode.Orphans;
import dev.ringside.ext4.journal.Handle;
import dev.ringside.ext4.mapping.FileMapping;
import dev.ringside.ext4.xattr.AccessLists;
import dev.ringside.ext4.xattr.AttributeStore;
import dev.ringside.ext4.xattr.ExtendedAttributes;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The rooms of a mounted filesystem, and what operations on files have in common. Everything here
 * runs under the lock of {@link Ext4}, one operation at a time.
 */
final class Volume implements AutoCloseable {
  private final Superblock superblock;
  private final MountOptions options;
  private final MetadataCache cache;
  private final InodeTable table;
  private final InodeCache inodes;
  private final NameCache names;
  private final FileContent content;
  private final @Nullable Writing writing;
  private final AttributeStore attributeStore;
  private final AccessLists accessLists;
  private final ExtendedAttributes extendedAttributes;
  private final Permissions permissions;
  private final PathWalk walk = new PathWalk(this);
  private final PathWalk otherWalk = new PathWalk(this);
  private final AccessTimes accessTimes;
  private final Deletion deletion;
  private final AttributeChanges attributes;

  /** How many handles were begun: tells whether an operation had begun to change something. */
  private long handles;

  Volume(
      Superblock superblock,
      MountOptions options,
      MetadataCache cache,
      InodeTable table,
      InodeCache inodes,
      FileContent content,
      AttributeStore attributeStore,
      @Nullable Writing writing) {
    this.superblock = superblock;
    this.options = options;
    this.cache = cache;
    this.table = table;
    this.inodes = inodes;
    this.content = content;
    this.writing = writing;
    this.attributeStore = attributeStore;
    this.accessLists = new AccessLists(attributeStore);
    this.extendedAttributes = new ExtendedAttributes(attributeStore, accessLists);
    this.permissions = new Permissions(accessLists);
    this.names = new NameCache(options.nameCacheSize());
    this.accessTimes = new AccessTimes(this, options.atime());
    this.deletion = new Deletion(this);
    this.attributes = new AttributeChanges(this);
  }

  Superblock superblock() {
    return superblock;
  }

  MountOptions options() {
    return options;
  }

  MetadataCache cache() {
    return cache;
  }

  InodeTable table() {
    return table;
  }

  InodeCache inodes() {
    return inodes;
  }

  NameCache names() {
    return names;
  }

  FileContent content() {
    return content;
  }

  ExtendedAttributes extendedAttributes() {
    return extendedAttributes;
  }

  Permissions permissions() {
    return permissions;
  }

  AccessTimes accessTimes() {
    return accessTimes;
  }

  Deletion deletion() {
    return deletion;
  }

  AttributeChanges attributes() {
    return attributes;
  }

  PathWalk walk() {
    return walk;
  }

  /** For operations that walk two paths. */
  PathWalk otherWalk() {
    return otherWalk;
  }

  /** What writing needs; only where {@link #checkWritable} has passed. */
  Writing writing() {
    if (writing == null) {
      throw new IllegalStateException("mounted for reading only");
    }
    return writing;
  }

  boolean hasWriting() {
    return writing != null;
  }

  Orphans orphans() {
    return writing().orphans();
  }

  long handles() {
    return handles;
  }

  /** Whether something may be changed now. */
  boolean isWritable() {
    return writing != null && !isStopped() && !writing.transactions().isFrozen();
  }

  /** Whether it was stopped after an error. */
  boolean isStopped() {
    return writing != null && writing.transactions().isAborted();
  }

  /** Whether changes have to wait. */
  boolean isFrozen() {
    return writing != null && !isStopped() && writing.transactions().isFrozen();
  }

  /**
   * Fails when nothing may be changed now.
   *
   * @throws Ext4FrozenException when the change has to wait; it must not have begun
   */
  void checkWritable() throws Ext4Exception {
    if (isFrozen()) {
      throw new Ext4FrozenException();
    }
    checkNotReadOnly();
  }

  /** Fails when nothing will be changed any more. */
  void checkNotReadOnly() throws Ext4Exception {
    if (writing == null || isStopped()) {
      throw new Ext4Exception(Errno.EROFS, "filesystem");
    }
  }

  /** Begins a change. */
  Handle begin(int credits, Credentials user) throws Ext4Exception {
    checkWritable();
    handles++;
    return writing().transactions().start(credits, user.isSuperuser());
  }

  /** The time that goes into inodes: milliseconds, which spares most writes of one. */
  Instant now() {
    return Instant.ofEpochMilli(options.time().millis());
  }

  FileUse useOf(InCoreInode file) {
    FileUse use = (FileUse) file.use();
    if (use == null) {
      use = new FileUse();
      file.remember(use);
    }
    return use;
  }

  FileMapping mapping(InCoreInode file) throws Ext4Exception {
    return writing == null
        ? FileMapping.of(file.inode(), superblock, cache)
        : FileMapping.of(file, superblock, cache, writing.allocation().blocks());
  }

  /** The names of a directory. */
  Directory directory(InCoreInode file) throws Ext4Exception {
    FileUse use = useOf(file);
    Directory known = use.directory;
    if (known == null) {
      known =
          writing == null
              ? Directory.of(file.inode(), superblock, cache)
              : Directory.of(file, mapping(file), superblock, cache);
      use.directory = known;
    }
    return known;
  }

  /**
   * The file of a name, or null when the directory does not have it.
   *
   * @param text holds the name from {@code start} to before {@code end}
   */
  @Nullable InCoreInode lookup(InCoreInode directory, ByteString text, int start, int end)
      throws Ext4Exception {
    long inode = names.get(directory.number(), text, start, end);
    if (inode == NameCache.UNKNOWN) {
      ByteString name = text.substring(start, end);
      DirectoryEntry entry = directory(directory).lookup(name);
      inode = entry == null ? NameCache.ABSENT : entry.inode();
      names.put(directory.number(), name, inode);
    }
    return inode == NameCache.ABSENT ? null : inodes.get(inode);
  }

  /** Where a symbolic link that is followed leads. */
  ByteString linkTarget(InCoreInode link) throws Ext4Exception {
    accessTimes.accessed(link);
    return content.readLink(link.inode());
  }

  /** Notes that names of a directory have changed. */
  void touchDirectory(Handle handle, InCoreInode directory, Instant now) {
    directory.inode().setModificationTime(now);
    directory.inode().setChangeTime(now);
    directory.changed(handle);
  }

  /** How a user may change a file's content. */
  WriteAccess writeAccess(Credentials user) {
    return user.isSuperuser() ? WriteAccess.ROOT : WriteAccess.USER;
  }

  /** Makes {@code i_block} an extent tree without extents. */
  void formatMapping(Inode inode) {
    new ExtentNode(inode.blockArea()).format(0, false);
  }

  /** Makes the names of a new directory. */
  void makeDirectory(Handle handle, InCoreInode file, long parent) throws Ext4Exception {
    useOf(file).directory =
        Directory.create(handle, file, mapping(file), superblock, cache, parent);
  }

  /** Takes the content of a file that is deleted. */
  void removeContent(Handle handle, InCoreInode file) throws Ext4Exception {
    switch (file.inode().type()) {
      case REGULAR, SYMLINK -> content.release(handle, file);
      case DIRECTORY -> {
        useOf(file).directory = null;
        mapping(file).remove(handle, 0, ExtentNode.END_OF_FILE_BLOCKS);
      }
      case FIFO, CHARACTER_DEVICE, BLOCK_DEVICE, SOCKET -> {}
    }
  }

  /** Takes the attributes of a file that is deleted. */
  void releaseAttributes(Handle handle, InCoreInode file) throws Ext4Exception {
    attributeStore.release(handle, file);
  }

  /** Gives a new file the permissions that its directory's default list leaves, or the umask. */
  void inheritPermissions(Handle handle, InCoreInode parent, InCoreInode file, int umask)
      throws Ext4Exception {
    if (file.inode().type() != FileType.SYMLINK) {
      accessLists.inherit(handle, parent.inode(), file, umask);
    }
  }

  /** Brings the access control list in line with permissions that were set. */
  void permissionsChanged(Handle handle, InCoreInode file) throws Ext4Exception {
    accessLists.permissionsChanged(handle, file);
  }

  @Override
  public void close() {
    content.close();
    cache.close();
  }
}
