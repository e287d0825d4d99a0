package dev.ringside.ext4.testing;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.tukaani.xz.XZInputStream;

/**
 * What the device mapper's log-writes target recorded of a disk: every write in the order in which
 * the disk may hold it, with its data.
 *
 * <p>The log begins with a sector that says how many entries there are; each entry is a sector that
 * says where, how much and what, and then its data. Little-endian.
 */
public record LogWrites(List<Entry> entries) {
  private static final long MAGIC = 0x6a736677736872L;
  private static final int FLUSH = 1;
  private static final int FUA = 2;
  private static final int DISCARD = 4;
  private static final int MARK = 8;

  /**
   * A write, or a mark that the guest set.
   *
   * @param sector of 512 bytes
   * @param data written there; a mark's text
   */
  public record Entry(long sector, long flags, ByteBuffer data) {
    /** Whether the disk had to make everything before it durable. */
    public boolean isBarrier() {
      return (flags & (FLUSH | FUA)) != 0;
    }

    /** Whether data go to the disk. */
    public boolean isWrite() {
      return (flags & (DISCARD | MARK)) == 0 && data.hasRemaining();
    }

    /** The text of a mark, or nothing. */
    public String mark() {
      return (flags & MARK) == 0
          ? ""
          : StandardCharsets.US_ASCII.decode(data.duplicate()).toString();
    }
  }

  /** Reads a log that is compressed with xz. */
  public static LogWrites read(Path file) {
    try (DataInputStream in = new DataInputStream(new XZInputStream(Files.newInputStream(file)))) {
      ByteBuffer first = sector(in, 512);
      if (first.getLong(0) != MAGIC) {
        throw new IllegalArgumentException(file + " is no log of writes");
      }
      long count = first.getLong(16);
      int sectorSize = first.getInt(24);
      in.skipNBytes(sectorSize - 512L);
      List<Entry> entries = new ArrayList<>();
      for (long i = 0; i < count; i++) {
        ByteBuffer head = sector(in, sectorSize);
        long flags = head.getLong(16);
        long sectors = head.getLong(8);
        boolean mark = (flags & MARK) != 0;
        byte[] data = new byte[(int) (mark ? head.getLong(24) : 0)];
        if (mark) {
          head.get(32, data);
        } else if ((flags & DISCARD) == 0) {
          data = in.readNBytes((int) (sectors * sectorSize));
        }
        entries.add(new Entry(head.getLong(0), flags, ByteBuffer.wrap(data)));
      }
      return new LogWrites(entries);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static ByteBuffer sector(DataInputStream in, int size) throws IOException {
    return ByteBuffer.wrap(in.readNBytes(size)).order(ByteOrder.LITTLE_ENDIAN);
  }
}
