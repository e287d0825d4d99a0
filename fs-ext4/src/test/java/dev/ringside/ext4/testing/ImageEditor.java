package dev.ringside.ext4.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Damages a copy of an image. Where a structure lies, debugfs says, so that a mistake of ours about
 * the format does not hide itself.
 */
public final class ImageEditor {
  private static final Pattern INODE_PLACE =
      Pattern.compile("located at block (\\d+), offset 0x(\\w+)");
  private static final long SUPERBLOCK = 1024;
  private static final int LOG_BLOCK_SIZE = 0x18;

  private final Path image;

  private ImageEditor(Path image) {
    this.image = image;
  }

  /** Edits an image in place. */
  public static ImageEditor of(Path image) {
    return new ImageEditor(image);
  }

  public Path image() {
    return image;
  }

  public long superblock() {
    return SUPERBLOCK;
  }

  public int blockSize() {
    return 1024 << get32(SUPERBLOCK + LOG_BLOCK_SIZE);
  }

  /** Where the first group descriptor lies, in bytes. */
  public long groupDescriptor() {
    return Math.max(SUPERBLOCK * 2, blockSize());
  }

  /** Where the inode of a path lies, in bytes. */
  public long inode(String path) {
    String output = Tool.DEBUGFS.run("-R", "imap " + path, image);
    Matcher place = INODE_PLACE.matcher(output);
    if (!place.find()) {
      throw new IllegalArgumentException(path + ": " + output);
    }
    return Long.parseLong(place.group(1)) * blockSize() + Long.parseLong(place.group(2), 16);
  }

  /** Where {@code i_block} of a path's inode lies, in bytes. */
  public long blockArea(String path) {
    return inode(path) + 0x28;
  }

  /** Where a block of a file or directory lies, in bytes. */
  public long fileBlock(String path, long index) {
    return Long.parseLong(Tool.DEBUGFS.run("-R", "bmap " + path + " " + index, image).strip())
        * blockSize();
  }

  /** Where the first child of an extent tree's root lies, in bytes. */
  public long firstExtentNode(String path) {
    return Integer.toUnsignedLong(get32(blockArea(path) + 12 + 4)) * blockSize();
  }

  /** Where a record of a directory's first block lies, in bytes; record 0 is the dot. */
  public long record(String path, int index) {
    long offset = fileBlock(path, 0);
    for (int i = 0; i < index; i++) {
      offset += get16(offset + 4);
    }
    return offset;
  }

  public int get8(long offset) {
    return access(offset, 1, null).get(0) & 0xff;
  }

  public int get16(long offset) {
    return access(offset, 2, null).getShort(0) & 0xffff;
  }

  public int get32(long offset) {
    return access(offset, 4, null).getInt(0);
  }

  public ImageEditor put8(long offset, int value) {
    access(offset, 1, buffer(1).put(0, (byte) value));
    return this;
  }

  public ImageEditor put16(long offset, int value) {
    access(offset, 2, buffer(2).putShort(0, (short) value));
    return this;
  }

  public ImageEditor put32(long offset, int value) {
    access(offset, 4, buffer(4).putInt(0, value));
    return this;
  }

  /** Turns one bit of a byte around. */
  public ImageEditor flip(long offset, int bit) {
    return put8(offset, get8(offset) ^ (1 << bit));
  }

  private static ByteBuffer buffer(int length) {
    return ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
  }

  private ByteBuffer access(long offset, int length, @Nullable ByteBuffer content) {
    try (FileChannel channel =
        FileChannel.open(image, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      ByteBuffer buffer = content != null ? content : buffer(length);
      int moved = content != null ? channel.write(buffer, offset) : channel.read(buffer, offset);
      if (moved != length) {
        throw new IllegalArgumentException("byte " + offset + " of " + channel.size());
      }
      return buffer;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
