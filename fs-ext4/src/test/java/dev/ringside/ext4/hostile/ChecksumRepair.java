package dev.ringside.ext4.hostile;

import dev.ringside.ext4.hostile.RawImage.Structure;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** Makes the checksum of a changed structure right, so that the change gets past it. */
final class ChecksumRepair {
  private static final int SUPERBLOCK = 1024;
  private static final int JOURNAL_MAGIC = 0xc03b3998;
  private static final int JOURNAL_HEADER = 12;
  private static final int DESCRIPTOR_BLOCK = 1;
  private static final int CHECKSUMS_V3 = 0x10;
  private static final int TAG = 16;
  private static final int SAME_UUID = 2;
  private static final int LAST_TAG = 8;
  private static final int TAIL = 12;

  private final RawImage image;
  private final byte[] content;
  private final ByteBuffer bytes;

  ChecksumRepair(RawImage image) {
    this.image = image;
    this.bytes = image.bytes();
    this.content = image.content();
  }

  void repair(Structure structure) {
    switch (structure.kind()) {
      case SUPERBLOCK ->
          bytes.putInt(SUPERBLOCK + 0x3fc, Crcs.crc32c(~0, content, SUPERBLOCK, 0x3fc));
      case JOURNAL -> journal(structure);
      case DESCRIPTOR -> descriptor((int) structure.owner());
      case BLOCK_BITMAP -> {
        if (image.hasChecksums()) {
          bitmap(structure, 0x18, 0x38, image.blocksPerGroup() / Byte.SIZE);
        }
      }
      case INODE_BITMAP -> {
        if (image.hasChecksums()) {
          bitmap(structure, 0x1a, 0x3a, image.inodesPerGroup() / Byte.SIZE);
        }
      }
      case INODE, EXTENTS, DIRECTORY, ATTRIBUTES, ORPHAN_FILE -> {
        if (image.hasChecksums()) {
          owned(structure);
        }
      }
      case INDIRECT -> {
        // Has none.
      }
    }
  }

  private void owned(Structure structure) {
    int at = structure.offset();
    int seed = inodeSeed(structure.owner(), structure.generation());
    switch (structure.kind()) {
      case INODE -> inode(at, structure.owner());
      case EXTENTS -> {
        int tail = Math.min(TAIL + TAIL * image.u16(at + 4), structure.length() - 4);
        bytes.putInt(at + tail, Crcs.crc32c(seed, content, at, tail));
      }
      case DIRECTORY -> directory(structure, seed);
      case ATTRIBUTES -> {
        int own = Crcs.crc32c(Crcs.crc32c(image.seed(), (int) structure.owner()), 0);
        bytes.putInt(at + 0x10, 0);
        bytes.putInt(at + 0x10, Crcs.crc32c(own, content, at, structure.length()));
      }
      case ORPHAN_FILE -> {
        int own = Crcs.crc32c(Crcs.crc32c(seed, at / structure.length()), 0);
        int entries = structure.length() - 8;
        bytes.putInt(at + entries + 4, Crcs.crc32c(own, content, at, entries));
      }
      default -> throw new IllegalArgumentException(structure.toString());
    }
  }

  private int inodeSeed(long number, int generation) {
    return Crcs.crc32c(Crcs.crc32c(image.seed(), (int) number), generation);
  }

  private void inode(int at, long number) {
    boolean wide = image.inodeSize() > 128 && image.u16(at + 0x80) >= 4;
    bytes.putShort(at + 0x7c, (short) 0);
    if (wide) {
      bytes.putShort(at + 0x82, (short) 0);
    }
    int seed = inodeSeed(number, image.u32(at + 0x64));
    int sum = Crcs.crc32c(seed, content, at, image.inodeSize());
    bytes.putShort(at + 0x7c, (short) sum);
    if (wide) {
      bytes.putShort(at + 0x82, (short) (sum >>> Short.SIZE));
    }
  }

  private void bitmap(Structure structure, int low, int high, int length) {
    int descriptor = image.descriptor((int) structure.owner());
    int sum = Crcs.crc32c(image.seed(), content, structure.offset(), length);
    bytes.putShort(descriptor + low, (short) sum);
    if (image.descriptorSize() > high) {
      bytes.putShort(descriptor + high, (short) (sum >>> Short.SIZE));
    }
    descriptor((int) structure.owner());
  }

  private void descriptor(int group) {
    int at = image.descriptor(group);
    int size = image.descriptorSize();
    if (image.hasChecksums()) {
      bytes.putShort(at + 0x1e, (short) 0);
      int seed = Crcs.crc32c(image.seed(), group);
      bytes.putShort(at + 0x1e, (short) Crcs.crc32c(seed, content, at, size));
    } else if (image.hasGroupChecksums()) {
      int sum = Crcs.crc16(0xffff, content, SUPERBLOCK + 0x68, 16);
      byte[] number = {
        (byte) group, (byte) (group >>> 8), (byte) (group >>> 16), (byte) (group >>> 24)
      };
      sum = Crcs.crc16(sum, number, 0, number.length);
      sum = Crcs.crc16(sum, content, at, 0x1e);
      bytes.putShort(at + 0x1e, (short) Crcs.crc16(sum, content, at + 0x20, size - 0x20));
    }
  }

  private void directory(Structure structure, int seed) {
    int at = structure.offset();
    int length = structure.length();
    int end = at + length - TAIL;
    if (image.u16(end + 4) == TAIL && bytes.get(end + 7) == (byte) 0xde) {
      bytes.putInt(at + length - 4, Crcs.crc32c(seed, content, at, length - TAIL));
    } else if (image.isHashed(structure.owner())) {
      boolean root = image.u16(at + 4) == TAIL;
      int entries = root ? 0x20 : 8;
      int tail = entries + image.u16(at + entries) * 8;
      int used = entries + image.u16(at + entries + 2) * 8;
      if (tail + 8 <= length && used <= length) {
        int sum = Crcs.crc32c(seed, content, at, used);
        sum = Crcs.crc32c(sum, content, at + tail, 4);
        bytes.putInt(at + tail + 4, Crcs.crc32c(sum, 0));
      }
    }
  }

  private void journal(Structure structure) {
    ByteBuffer log = log(structure);
    if (log.getInt(0) != JOURNAL_MAGIC) {
      copy(structure);
      return;
    }
    int last = structure.length() - Integer.BYTES;
    switch (log.getInt(4)) {
      case DESCRIPTOR_BLOCK -> {
        tags(structure);
        sum(log, structure, last);
      }
      case 5 -> sum(log, structure, last);
      case 2 -> sum(log, structure, 0x10);
      case 3, 4 -> {
        if (hasTagChecksums(structure)) {
          log.putInt(0xfc, 0);
          log.putInt(0xfc, Crcs.crc32c(~0, content, structure.offset(), 1024));
        }
      }
      default -> {
        // Nothing that has one.
      }
    }
  }

  private ByteBuffer log(Structure structure) {
    return ByteBuffer.wrap(content, structure.offset(), structure.length())
        .slice()
        .order(ByteOrder.BIG_ENDIAN);
  }

  private List<Structure> journal() {
    return image.structures().stream()
        .filter(structure -> structure.kind() == RawImage.Kind.JOURNAL)
        .toList();
  }

  /** A copy of a block: its checksum stands in the descriptor before it, which has one, too. */
  private void copy(Structure structure) {
    List<Structure> journal = journal();
    for (int i = journal.indexOf(structure) - 1; i > 0; i--) {
      ByteBuffer log = log(journal.get(i));
      if (log.getInt(0) == JOURNAL_MAGIC) {
        if (log.getInt(4) == DESCRIPTOR_BLOCK) {
          tags(journal.get(i));
          sum(log, journal.get(i), structure.length() - Integer.BYTES);
        }
        return;
      }
    }
  }

  /** The checksums of all copies of a descriptor, in tags of the third version; others are left. */
  private void tags(Structure descriptor) {
    List<Structure> journal = journal();
    if (!hasTagChecksums(journal.getFirst())) {
      return;
    }
    ByteBuffer log = log(descriptor);
    int seed = Crcs.crc32c(journalSeed(), Integer.reverseBytes(log.getInt(8)));
    int copy = journal.indexOf(descriptor);
    int tag = JOURNAL_HEADER;
    while (tag + TAG <= descriptor.length() - Integer.BYTES) {
      copy = copy + 1 < journal.size() ? copy + 1 : 1;
      log.putInt(
          tag + 12, Crcs.crc32c(seed, content, journal.get(copy).offset(), descriptor.length()));
      int flags = log.getInt(tag + 4);
      if ((flags & LAST_TAG) != 0) {
        return;
      }
      tag += (flags & SAME_UUID) != 0 ? TAG : TAG + 16;
    }
  }

  private boolean hasTagChecksums(Structure journalSuperblock) {
    return (log(journalSuperblock).getInt(0x28) & CHECKSUMS_V3) != 0;
  }

  private void sum(ByteBuffer log, Structure structure, int place) {
    if (!hasTagChecksums(journal().getFirst())) {
      return;
    }
    int seed = journalSeed();
    log.putInt(place, 0);
    log.putInt(place, Crcs.crc32c(seed, content, structure.offset(), structure.length()));
  }

  private int journalSeed() {
    return Crcs.crc32c(~0, content, journal().getFirst().offset() + 0x30, 16);
  }
}
