package dev.ringside.ext4;

import dev.ringside.driver.BlockDevice;
import dev.ringside.ext4.cache.DiskIo;
import dev.ringside.ext4.cache.DiskReader;
import dev.ringside.ext4.cache.IoBatch;
import dev.ringside.ext4.error.Ext4CorruptedException;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.Feature;
import dev.ringside.ext4.format.RecoveryMark;
import dev.ringside.ext4.format.Superblock;
import dev.ringside.machine.FrameAllocator;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where the superblock lies on the disk: 1024 bytes, which are two sectors to a disk that loses its
 * power in the middle of a write. Its checksum tells. What is believed nevertheless is what can be
 * proved:
 *
 * <ul>
 *   <li>a write of the flag {@code needs_recovery} was torn, when the checksum is right for the
 *       other value of the flag;
 *   <li>a write of what the journal holds was torn, when the journal still has a whole copy, for
 *       the same filesystem in the same layout.
 * </ul>
 *
 * Everything else is damage.
 */
final class SuperblockHome {
  private final BlockDevice device;
  private final DiskReader reader;

  SuperblockHome(BlockDevice device, DiskReader reader) {
    this.device = device;
    this.reader = reader;
  }

  /** How a superblock was found. */
  enum State {
    /** As it was written. */
    WHOLE,
    /** In the middle of a change of {@code needs_recovery}, and mended here, not on the disk. */
    MENDED,
    /** With a wrong checksum: good for nothing but to find the journal. */
    TORN
  }

  /**
   * What was found.
   *
   * @param damage why it cannot be believed unless the journal has a whole copy; null unless torn
   */
  record Found(Superblock superblock, State state, @Nullable Ext4CorruptedException damage) {}

  /**
   * Reads it, from the journal's copy if the reader knows of one.
   *
   * @throws Ext4CorruptedException when it is damaged, and no journal can help
   */
  Found find() throws Ext4Exception {
    FrameAllocator frames = device.frames();
    long address = frames.allocate(Superblock.SIZE);
    try {
      reader.read(Superblock.DISK_OFFSET, address, Superblock.SIZE);
      Found found = parse(device.memory().slice(address, Superblock.SIZE));
      checkFits(found.superblock());
      return found;
    } finally {
      frames.free(address, Superblock.SIZE);
    }
  }

  private static Found parse(MemorySegment bytes) throws Ext4Exception {
    try {
      return new Found(Superblock.parse(bytes), State.WHOLE, null);
    } catch (Ext4CorruptedException damage) {
      Optional<MemorySegment> mended = RecoveryMark.mend(bytes);
      if (mended.isPresent()) {
        return new Found(Superblock.parse(mended.get()), State.MENDED, null);
      }
      return new Found(withJournal(bytes, damage), State.TORN, damage);
    }
  }

  /** A superblock that names a journal that has to be looked at, though its checksum is wrong. */
  private static Superblock withJournal(MemorySegment bytes, Ext4CorruptedException damage)
      throws Ext4CorruptedException {
    try {
      Superblock unsealed = Superblock.parseUnsealed(bytes);
      if (unsealed.has(Feature.RECOVER) && unsealed.journalInode() != 0) {
        return unsealed;
      }
    } catch (Ext4Exception more) {
      damage.addSuppressed(more);
    }
    throw damage;
  }

  private void checkFits(Superblock superblock) throws Ext4CorruptedException {
    long diskBlocks = device.limits().bytes() / superblock.blockSize();
    if (superblock.blocks() > diskBlocks) {
      throw new Ext4CorruptedException(
          "superblock",
          "%d blocks of %d bytes, but the disk has only %d; is the image cut off?"
              .formatted(superblock.blocks(), superblock.blockSize(), diskBlocks));
    }
  }

  /**
   * Reads it again, now that the reader knows of the journal's copies, or they are home.
   *
   * @param before what was found without them
   * @throws Ext4CorruptedException when it is still not whole, or a torn one was not this one
   */
  Superblock findAgain(Found before) throws Ext4Exception {
    Found now = find();
    if (now.damage() != null) {
      throw before.damage() != null ? before.damage() : now.damage();
    }
    boolean proved =
        now.state() == State.WHOLE && now.superblock().hasLayoutOf(before.superblock());
    if (before.damage() != null && !proved) {
      throw before.damage();
    }
    return now.superblock();
  }

  /** Writes it home; it is durable when this returns. */
  void write(Superblock superblock) throws Ext4Exception {
    FrameAllocator frames = device.frames();
    DiskIo io = reader.io();
    IoBatch batch = io.batch();
    long address = frames.allocate(Superblock.SIZE);
    try {
      superblock.sealInto(device.memory().slice(address, Superblock.SIZE));
      io.write(batch, Superblock.DISK_OFFSET, address, Superblock.SIZE);
      io.await(batch);
      io.flush(batch);
      io.await(batch);
    } finally {
      frames.free(address, Superblock.SIZE);
    }
  }
}
