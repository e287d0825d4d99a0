package dev.ringside.ext4.xattr;

import dev.ringside.ext4.alloc.BlockAllocator;
import dev.ringside.ext4.cache.BlockCheck;
import dev.ringside.ext4.cache.BlockSeal;
import dev.ringside.ext4.cache.CachedBlock;
import dev.ringside.ext4.cache.MetadataCache;
import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4CorruptedException;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.error.Ext4UnsupportedException;
import dev.ringside.ext4.format.Attribute;
import dev.ringside.ext4.format.AttributeBlock;
import dev.ringside.ext4.format.AttributeEntries;
import dev.ringside.ext4.format.ByteString;
import dev.ringside.ext4.format.Feature;
import dev.ringside.ext4.format.Inode;
import dev.ringside.ext4.format.InodeAttributes;
import dev.ringside.ext4.format.Superblock;
import dev.ringside.ext4.journal.Handle;
import dev.ringside.ext4.journal.SuperblockUpdates;
import dev.ringside.ext4.mapping.MappedFile;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where attributes are: in the inode as long as there is room, else in a block, which inodes with
 * the same attributes share. A block that others use, too, is copied before it changes.
 */
public final class AttributeStore {
  /** How many blocks a change may change: two blocks of attributes, and bitmaps and counts. */
  public static final int CREDITS = 8;

  private static final int SECTOR_SIZE = 512;

  private final Superblock superblock;
  private final @Nullable SuperblockUpdates superblockUpdates;
  private final MetadataCache cache;
  private final @Nullable BlockAllocator allocator;
  private final BlockCheck check;
  private final BlockSeal seal;
  private final SharedBlocks shared = new SharedBlocks();

  /** The attributes of a filesystem's files, for reading. */
  public AttributeStore(Superblock superblock, MetadataCache cache) {
    this(superblock, null, cache, null);
  }

  /**
   * The attributes of a filesystem's files.
   *
   * @param superblockUpdates null for reading only
   * @param allocator null for reading only
   */
  public AttributeStore(
      Superblock superblock,
      @Nullable SuperblockUpdates superblockUpdates,
      MetadataCache cache,
      @Nullable BlockAllocator allocator) {
    this.superblock = superblock;
    this.superblockUpdates = superblockUpdates;
    this.cache = cache;
    this.allocator = allocator;
    this.check = new Check(superblock);
    this.seal = (bytes, block) -> AttributeBlock.seal(bytes, superblock, block);
  }

  private record Check(Superblock superblock) implements BlockCheck {
    @Override
    public void verify(MemorySegment bytes, long block) throws Ext4CorruptedException {
      AttributeBlock.verify(bytes, superblock, block);
    }
  }

  /** A copy of an attribute's value, or null when the inode has none of that name. */
  public byte @Nullable [] find(Inode inode, AttributeName name) throws Ext4Exception {
    int index = name.namespace().index();
    Optional<AttributeEntries> inInode = InodeAttributes.of(inode);
    if (inInode.isPresent()) {
      int entry = inInode.get().find(index, name.suffix());
      if (entry != AttributeEntries.NONE) {
        return inInode.get().value(entry);
      }
    }
    if (inode.attributeBlock() == 0) {
      return null;
    }
    try (CachedBlock block = block(inode)) {
      AttributeEntries entries = new AttributeBlock(block.bytes()).entries();
      int entry = entries.find(index, name.suffix());
      return entry == AttributeEntries.NONE ? null : entries.value(entry);
    }
  }

  private CachedBlock block(Inode inode) throws Ext4Exception {
    long number = inode.attributeBlock();
    if (!superblock.isDataBlock(number)) {
      throw new Ext4CorruptedException(
          "inode " + inode.number(),
          "attributes in block %d of %d".formatted(number, superblock.blocks()));
    }
    CachedBlock block = cache.get(number, check);
    shared.note(new AttributeBlock(block.bytes()).hash(), number);
    return block;
  }

  /** The names of all attributes that have one, those in the inode first. */
  public List<AttributeName> list(Inode inode) throws Ext4Exception {
    List<AttributeName> names = new ArrayList<>();
    for (Attribute attribute : inInode(inode)) {
      addName(names, attribute);
    }
    for (Attribute attribute : inBlock(inode)) {
      addName(names, attribute);
    }
    return names;
  }

  private static void addName(List<AttributeName> names, Attribute attribute) {
    Namespace.of(attribute.index())
        .ifPresent(namespace -> names.add(new AttributeName(namespace, attribute.name())));
  }

  private static List<Attribute> inInode(Inode inode) throws Ext4CorruptedException {
    return InodeAttributes.of(inode).map(AttributeEntries::read).orElseGet(ArrayList::new);
  }

  private List<Attribute> inBlock(Inode inode) throws Ext4Exception {
    if (inode.attributeBlock() == 0) {
      return new ArrayList<>();
    }
    try (CachedBlock block = block(inode)) {
      return new AttributeBlock(block.bytes()).entries().read();
    }
  }

  /**
   * Sets an attribute.
   *
   * @param value taken over, and not to be changed any more
   * @throws Ext4Exception with {@link Errno#ENOSPC} when neither the inode nor its block has room
   *     for it, or there is no block; nothing has changed then
   */
  public void set(Handle handle, MappedFile file, AttributeName name, byte[] value)
      throws Ext4Exception {
    change(handle, file, name, new Attribute(name.namespace().index(), name.suffix(), value));
    if (!superblock.has(Feature.EXT_ATTR)) {
      superblock.set(Feature.EXT_ATTR, true);
      updates().changed(handle);
    }
  }

  /** Removes an attribute; does nothing when there is none of that name. */
  public void remove(Handle handle, MappedFile file, AttributeName name) throws Ext4Exception {
    change(handle, file, name, null);
  }

  private void change(
      Handle handle, MappedFile file, AttributeName name, @Nullable Attribute attribute)
      throws Ext4Exception {
    if (superblock.has(Feature.EA_INODE)) {
      throw new Ext4UnsupportedException(
          Feature.EA_INODE.label(), "attributes of such a filesystem are only read");
    }
    Inode inode = file.inode();
    int index = name.namespace().index();
    List<Attribute> inInode = inInode(inode);
    List<Attribute> inBlock = inBlock(inode);
    boolean inodeChanges = removeFrom(inInode, index, name.suffix());
    boolean blockChanges = removeFrom(inBlock, index, name.suffix());
    if (attribute != null) {
      inInode.add(attribute);
      if (InodeAttributes.fits(inode, inInode)) {
        inodeChanges = true;
      } else {
        inInode.removeLast();
        inBlock.add(attribute);
        inBlock.sort(Attribute.ORDER);
        blockChanges = true;
      }
    }
    if (blockChanges) {
      putIntoBlock(handle, file, inBlock);
    }
    if (inodeChanges) {
      InodeAttributes.write(inode, inInode);
    }
    if (blockChanges || inodeChanges) {
      file.changed(handle);
    }
  }

  private static boolean removeFrom(List<Attribute> attributes, int index, ByteString name) {
    return attributes.removeIf(attribute -> attribute.isNamed(index, name));
  }

  private void putIntoBlock(Handle handle, MappedFile file, List<Attribute> attributes)
      throws Ext4Exception {
    Inode inode = file.inode();
    if (attributes.isEmpty()) {
      release(handle, file);
      return;
    }
    if (!AttributeBlock.fits(superblock.blockSize(), attributes)) {
      throw new Ext4Exception(Errno.ENOSPC, "inode " + inode.number(), "too many attributes");
    }
    int hash = AttributeBlock.hash(attributes, superblock.blockSize());
    if (share(handle, file, attributes, hash)) {
      return;
    }
    long old = inode.attributeBlock();
    if (old != 0 && references(inode) == 1) {
      try (CachedBlock block = block(inode)) {
        shared.forget(new AttributeBlock(block.bytes()).hash(), old);
        handle.change(block, seal);
        new AttributeBlock(block.bytes()).write(attributes);
      }
    } else {
      useBlock(handle, file, newBlock(handle, inode, attributes));
    }
    shared.note(hash, inode.attributeBlock());
  }

  private int references(Inode inode) throws Ext4Exception {
    try (CachedBlock block = block(inode)) {
      return new AttributeBlock(block.bytes()).references();
    }
  }

  /** Takes a block that holds the same attributes already; says whether there is one. */
  private boolean share(Handle handle, MappedFile file, List<Attribute> attributes, int hash)
      throws Ext4Exception {
    long candidate = shared.find(hash);
    if (candidate == SharedBlocks.NONE || candidate == file.inode().attributeBlock()) {
      return false;
    }
    try (CachedBlock block = cache.get(candidate, check)) {
      AttributeBlock found = new AttributeBlock(block.bytes());
      if (found.references() == AttributeBlock.MAX_REFERENCES
          || !found.entries().read().equals(attributes)) {
        return false;
      }
      handle.change(block, seal);
      found.setReferences(found.references() + 1);
    } catch (Ext4CorruptedException damaged) {
      // It is somebody else's, who will meet the damage.
      shared.forget(hash, candidate);
      return false;
    }
    useBlock(handle, file, candidate);
    return true;
  }

  private long newBlock(Handle handle, Inode inode, List<Attribute> attributes)
      throws Ext4Exception {
    long goal = allocator().goalFor(inode.number(), false);
    long number = allocator().allocate(handle, goal, 1).first();
    try (CachedBlock block = cache.getNew(number, check)) {
      handle.change(block, seal);
      new AttributeBlock(block.bytes()).write(attributes);
    }
    return number;
  }

  /** Makes a file use a block, which counts it already, in place of the one that it had. */
  private void useBlock(Handle handle, MappedFile file, long block) throws Ext4Exception {
    Inode inode = file.inode();
    if (inode.attributeBlock() == 0) {
      inode.setSectors(inode.sectors() + sectorsPerBlock());
    } else {
      dropReference(handle, inode);
    }
    inode.setAttributeBlock(block);
    file.changed(handle);
  }

  private long sectorsPerBlock() {
    return superblock.clusterSize() / SECTOR_SIZE;
  }

  private void dropReference(Handle handle, Inode inode) throws Ext4Exception {
    long number = inode.attributeBlock();
    try (CachedBlock block = block(inode)) {
      AttributeBlock attributes = new AttributeBlock(block.bytes());
      if (attributes.references() > 1) {
        handle.change(block, seal);
        attributes.setReferences(attributes.references() - 1);
        return;
      }
      shared.forget(attributes.hash(), number);
    }
    allocator().free(handle, number, 1, true);
  }

  /** Gives a file's block of attributes up: it has none there any more. */
  public void release(Handle handle, MappedFile file) throws Ext4Exception {
    Inode inode = file.inode();
    if (inode.attributeBlock() != 0) {
      dropReference(handle, inode);
      inode.setAttributeBlock(0);
      inode.setSectors(inode.sectors() - sectorsPerBlock());
      file.changed(handle);
    }
  }

  private BlockAllocator allocator() {
    return Objects.requireNonNull(allocator, "attributes are only read");
  }

  private SuperblockUpdates updates() {
    return Objects.requireNonNull(superblockUpdates, "attributes are only read");
  }
}
