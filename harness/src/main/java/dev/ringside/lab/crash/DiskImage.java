package dev.ringside.lab.crash;

import dev.ringside.machine.IoVector;
import dev.ringside.storage.Storage;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * A small disk in memory. It consists of pages, which copies share until one of them writes: a copy
 * costs an array of references, and a fingerprint of the whole costs what was written, not what is
 * there. The pages are hashed when they change.
 */
final class DiskImage implements Storage {
  private static final int PAGE = 4096;

  private final byte[][] pages;

  /** Pages that no copy has. */
  private final BitSet own = new BitSet();

  /** What the pages add to the fingerprint. */
  private long first;

  private long second;

  private DiskImage(byte[][] pages, long first, long second) {
    this.pages = pages;
    this.first = first;
    this.second = second;
  }

  /**
   * What tells images of the same disk apart. Two of them are the same with certainty for all
   * purposes but fraud: 128 bits, of a hash that nobody tries to break here.
   */
  record Fingerprint(long first, long second) {}

  /** Reads a file, whose size is a multiple of a page. */
  static DiskImage read(Path file) throws IOException {
    byte[] content = Files.readAllBytes(file);
    byte[][] pages = new byte[content.length / PAGE][];
    byte[] zeros = new byte[PAGE];
    for (int i = 0; i < pages.length; i++) {
      byte[] page = Arrays.copyOfRange(content, i * PAGE, (i + 1) * PAGE);
      pages[i] = Arrays.equals(page, zeros) ? zeros : page;
    }
    DiskImage image = new DiskImage(pages, 0, 0);
    for (int i = 0; i < pages.length; i++) {
      image.first += PageHash.FIRST.of(i, pages[i]);
      image.second += PageHash.SECOND.of(i, pages[i]);
    }
    return image;
  }

  /** An image that changes for itself. The original must not be written by anybody else now. */
  DiskImage copy() {
    // An image that several threads copy owns nothing, so that nothing is written here then.
    if (!own.isEmpty()) {
      own.clear();
    }
    return new DiskImage(pages.clone(), first, second);
  }

  Fingerprint fingerprint() {
    return new Fingerprint(first, second);
  }

  /**
   * Brings the image to a file.
   *
   * @param there what the file holds; null when it is empty
   */
  void writeTo(FileChannel file, @Nullable DiskImage there) throws IOException {
    for (int i = 0; i < pages.length; i++) {
      if (there == null || pages[i] != there.pages[i]) {
        ByteBuffer page = ByteBuffer.wrap(pages[i]);
        while (page.hasRemaining()) {
          file.write(page, (long) i * PAGE + page.position());
        }
      }
    }
  }

  void writeTo(Path file) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      writeTo(channel, null);
    }
  }

  /** Puts sectors there, which may lie in several pages. */
  void put(long position, byte[] source, int offset, int length) {
    write(position, MemorySegment.ofArray(source).asSlice(offset, length));
  }

  private void write(long position, MemorySegment source) {
    long done = 0;
    while (done < source.byteSize()) {
      int index = (int) ((position + done) / PAGE);
      int inPage = (int) ((position + done) % PAGE);
      long part = Math.min(PAGE - inPage, source.byteSize() - done);
      byte[] page = pages[index];
      first -= PageHash.FIRST.of(index, page);
      second -= PageHash.SECOND.of(index, page);
      if (!own.get(index)) {
        page = page.clone();
        pages[index] = page;
        own.set(index);
      }
      MemorySegment.copy(source, done, MemorySegment.ofArray(page), inPage, part);
      first += PageHash.FIRST.of(index, page);
      second += PageHash.SECOND.of(index, page);
      done += part;
    }
  }

  /** Copies bytes out, which may lie in several pages. */
  void read(long position, byte[] target) {
    int done = 0;
    while (done < target.length) {
      int index = (int) ((position + done) / PAGE);
      int inPage = (int) ((position + done) % PAGE);
      int part = Math.min(PAGE - inPage, target.length - done);
      System.arraycopy(pages[index], inPage, target, done, part);
      done += part;
    }
  }

  @Override
  public long sectors() {
    return (long) pages.length * (PAGE / SECTOR_SIZE);
  }

  @Override
  public boolean readOnly() {
    return false;
  }

  @Override
  public boolean discards() {
    return true;
  }

  @Override
  public void read(long position, IoVector target) {
    byte[] content = new byte[Math.toIntExact(target.bytes())];
    read(position, content);
    target.copyFrom(MemorySegment.ofArray(content));
  }

  @Override
  public void write(long position, IoVector source) {
    byte[] content = new byte[Math.toIntExact(source.bytes())];
    source.copyTo(MemorySegment.ofArray(content));
    put(position, content, 0, content.length);
  }

  @Override
  public void flush() {}

  @Override
  public void discard(long position, long length) {
    put(position, new byte[Math.toIntExact(length)], 0, Math.toIntExact(length));
  }

  @Override
  public void close() {}
}
