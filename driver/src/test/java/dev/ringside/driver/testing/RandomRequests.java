package dev.ringside.driver.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.driver.BlockDevice;
import dev.ringside.driver.BlockOperation;
import dev.ringside.driver.BlockRequest;
import dev.ringside.driver.BlockStatus;
import dev.ringside.machine.GuestMemory;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Random;

/**
 * Random reads, writes, writes of zeros and flushes in a range of a disk, and a model of that range
 * that takes them in the order of their submission: what every read finds must be what the model
 * had, and every request ends once. Many requests continue the one before, so that there is
 * something to merge.
 *
 * <p>Requests in flight overlap only when asked to; then the device must serve them in order.
 */
public final class RandomRequests {
  private static final int SECTOR = 512;
  private static final int MOST_SECTORS = 8;
  private static final int MOST_BYTES = MOST_SECTORS * SECTOR;

  private final BlockDevice disk;
  private final GuestMemory memory;
  private final long firstSector;
  private final Random random;
  private final boolean overlapping;
  private final long buffers;
  private final BlockRequest[] requests;
  private final long[][] expected;
  private final int[] ends;
  private final ArrayDeque<Integer> free = new ArrayDeque<>();

  /** What each sector holds, repeated; 0 on a blank disk. */
  private final long[] model;

  private long nextMark = 1;
  private long nextSector;
  private int ended;

  /**
   * Requests that have not begun.
   *
   * @param disk blank in the range
   * @param depth requests in flight at most
   * @param overlapping whether requests in flight may overlap
   */
  public RandomRequests(
      BlockDevice disk, long firstSector, int sectors, int depth, boolean overlapping, long seed) {
    this.disk = disk;
    this.memory = disk.memory();
    this.firstSector = firstSector;
    this.model = new long[sectors];
    this.random = new Random(seed);
    this.overlapping = overlapping;
    this.buffers = disk.frames().allocate((long) MOST_BYTES * depth);
    this.requests = new BlockRequest[depth];
    this.expected = new long[depth][MOST_SECTORS];
    this.ends = new int[depth];
    for (int i = 0; i < depth; i++) {
      int number = i;
      requests[i] = new BlockRequest().onCompletion(request -> end(number));
      free.add(i);
    }
  }

  /** Submits so many requests, and returns when all have ended. */
  public void run(int count) {
    ended = 0;
    int submitted = 0;
    while (submitted < count) {
      while (free.isEmpty()) {
        disk.await();
        disk.reap();
      }
      if (make(free.getFirst())) {
        int number = free.removeFirst();
        while (!disk.submit(requests[number])) {
          disk.kick();
          disk.await();
          disk.reap();
        }
        ends[number] = 0;
        submitted++;
      }
      switch (random.nextInt(16)) {
        case 0 -> disk.kick();
        case 1 -> disk.reap();
        default -> {}
      }
    }
    while (disk.inFlight() > 0) {
      disk.await();
      disk.reap();
    }
    assertThat(ended).isEqualTo(count);
    assertThat(free).hasSize(requests.length);
  }

  private void end(int number) {
    BlockRequest request = requests[number];
    assertThat(++ends[number]).isEqualTo(1);
    assertThat(request.status()).isEqualTo(BlockStatus.OK);
    if (request.operation() == BlockOperation.READ) {
      for (long at = 0; at < request.bytes(); at += Long.BYTES) {
        assertThat(memory.getU64(buffer(number) + at))
            .as("byte %d of %s", at, request)
            .isEqualTo(expected[number][(int) at / SECTOR]);
      }
    }
    ended++;
    free.add(number);
  }

  private long buffer(int number) {
    return buffers + (long) MOST_BYTES * number;
  }

  /** Makes a request; false when it would overlap another and must not. */
  private boolean make(int number) {
    BlockRequest request = requests[number];
    int kind = random.nextInt(20);
    if (kind == 0) {
      request.flush();
      return true;
    }
    int count = random.nextInt(3) == 0 ? MOST_SECTORS : 1 + random.nextInt(MOST_SECTORS);
    int from =
        random.nextInt(3) > 0 && nextSector + count <= model.length
            ? (int) nextSector
            : random.nextInt(model.length - count);
    if (!overlapping && overlapsOne(from, count)) {
      nextSector = random.nextInt(model.length);
      return false;
    }
    nextSector = (long) from + count;
    if (kind == 1) {
      request.writeZeroes(firstSector + from, count, false);
      Arrays.fill(model, from, from + count, 0);
    } else if (kind < 14) {
      request.write(firstSector + from);
      for (int i = 0; i < count; i++) {
        model[from + i] = nextMark++;
        fill(buffer(number) + (long) i * SECTOR, model[from + i]);
      }
      addSegments(request, number, count);
    } else {
      request.read(firstSector + from);
      System.arraycopy(model, from, expected[number], 0, count);
      addSegments(request, number, count);
    }
    return true;
  }

  private boolean overlapsOne(int from, int count) {
    for (BlockRequest other : requests) {
      long otherFrom = other.ranges() > 0 ? other.rangeSector(0) : other.sector();
      if (other.isInFlight()
          && otherFrom < firstSector + from + count
          && firstSector + from < otherFrom + other.sectorCount()) {
        return true;
      }
    }
    return false;
  }

  private void fill(long address, long mark) {
    for (int at = 0; at < SECTOR; at += Long.BYTES) {
      memory.setU64(address + at, mark);
    }
  }

  /** In one piece or in two, which need not be whole sectors. */
  private void addSegments(BlockRequest request, int number, int count) {
    int bytes = count * SECTOR;
    int cut = random.nextBoolean() ? bytes : 8 * (1 + random.nextInt(bytes / 8));
    request.segment(buffer(number), cut);
    if (cut < bytes) {
      request.segment(buffer(number) + cut, bytes - cut);
    }
  }
}
