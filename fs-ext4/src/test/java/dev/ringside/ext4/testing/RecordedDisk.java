package dev.ringside.ext4.testing;

import dev.ringside.machine.IoVector;
import dev.ringside.storage.Storage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * A disk in memory that remembers every write and flush, so that it can be shown as it would be
 * after a crash at any of them.
 */
public final class RecordedDisk implements Storage {
  private final byte[] before;
  private final byte[] content;
  private final MemorySegment segment;
  private final List<Step> steps = new ArrayList<>();
  private int failAt = Integer.MAX_VALUE;

  /** What the disk was asked to do. */
  public sealed interface Step {
    /** A write of whole sectors. */
    final class Write implements Step {
      private final long position;
      private final byte[] data;

      private Write(long position, byte[] data) {
        this.position = position;
        this.data = data;
      }

      /** Where it went, in bytes. */
      public long position() {
        return position;
      }

      /** How long it is, in bytes. */
      public int length() {
        return data.length;
      }

      @Override
      public String toString() {
        return "%d bytes at %d".formatted(data.length, position);
      }
    }

    /** A flush. */
    record Flush() implements Step {}
  }

  private RecordedDisk(byte[] content) {
    this.before = content.clone();
    this.content = content;
    this.segment = MemorySegment.ofArray(content);
  }

  /** A disk with the content of an image. */
  public static RecordedDisk of(Path image) {
    try {
      return of(Files.readAllBytes(image));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** A disk with some content. */
  public static RecordedDisk of(byte[] content) {
    return new RecordedDisk(content.clone());
  }

  /** Writes and flushes, in their order. */
  public synchronized List<Step> steps() {
    return List.copyOf(steps);
  }

  /** The steps that wrote to a place, in bytes. */
  public synchronized int[] writesTo(long position) {
    return IntStream.range(0, steps.size())
        .filter(i -> steps.get(i) instanceof Step.Write write && write.position() == position)
        .toArray();
  }

  /** How many steps there were. */
  public synchronized int count() {
    return steps.size();
  }

  /** Every step from this one on fails. */
  public synchronized void failFrom(int step) {
    failAt = step;
  }

  /** The content now. */
  public synchronized byte[] content() {
    return content.clone();
  }

  /** Makes one bit wrong, or right again. */
  public synchronized void flip(long position, int bit) {
    content[(int) position + bit / Byte.SIZE] ^= (byte) (1 << (bit % Byte.SIZE));
  }

  /** The content when only the first steps were done. */
  public synchronized byte[] after(int count) {
    byte[] cut = before.clone();
    for (Step step : steps.subList(0, count)) {
      apply(step, cut);
    }
    return cut;
  }

  /**
   * The content after a power loss: all up to the last flush among the first steps, and of the
   * writes behind it what the numbers choose, each sector for itself. The two sectors of the
   * superblock are kept together.
   */
  public synchronized byte[] torn(int count, RandomGenerator random) {
    int flushed = count;
    while (flushed > 0 && !(steps.get(flushed - 1) instanceof Step.Flush)) {
      flushed--;
    }
    byte[] cut = after(flushed);
    for (Step step : steps.subList(flushed, count)) {
      if (step instanceof Step.Write write) {
        tear(write, cut, random);
      }
    }
    return cut;
  }

  private static void tear(Step.Write write, byte[] cut, RandomGenerator random) {
    int fate = random.nextInt(3);
    boolean kept = fate == 1;
    for (int at = 0; at < write.data.length; at += SECTOR_SIZE) {
      long sector = (write.position + at) / SECTOR_SIZE;
      if (fate == 2 && sector != 3) {
        kept = random.nextBoolean();
      }
      if (kept) {
        System.arraycopy(write.data, at, cut, (int) (write.position + at), SECTOR_SIZE);
      }
    }
  }

  private static void apply(Step step, byte[] target) {
    if (step instanceof Step.Write write) {
      System.arraycopy(write.data, 0, target, (int) write.position, write.data.length);
    }
  }

  @Override
  public long sectors() {
    return content.length / SECTOR_SIZE;
  }

  @Override
  public boolean readOnly() {
    return false;
  }

  @Override
  public boolean discards() {
    return false;
  }

  @Override
  public synchronized void read(long position, IoVector target) {
    target.copyFrom(segment.asSlice(position, target.bytes()));
  }

  @Override
  public synchronized void write(long position, IoVector source) throws IOException {
    checkAlive();
    source.copyTo(segment.asSlice(position, source.bytes()));
    byte[] data = new byte[(int) source.bytes()];
    System.arraycopy(content, (int) position, data, 0, data.length);
    steps.add(new Step.Write(position, data));
  }

  @Override
  public synchronized void flush() throws IOException {
    checkAlive();
    steps.add(new Step.Flush());
  }

  private void checkAlive() throws IOException {
    if (steps.size() >= failAt) {
      throw new IOException("the disk is gone");
    }
  }

  @Override
  public void discard(long position, long length) throws IOException {
    throw new IOException("no discards");
  }

  @Override
  public void close() {}
}
