package dev.ringside.driver.testing;

import dev.ringside.driver.BlockDevice;
import dev.ringside.driver.BlockLimits;
import dev.ringside.driver.BlockOperation;
import dev.ringside.driver.BlockRequest;
import dev.ringside.driver.BlockStatus;
import dev.ringside.machine.GuestMemory;
import dev.ringside.machine.IoVector;
import dev.ringside.storage.Storage;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * Writes, reads and flushes of one task, several in flight, against a model of what each sector can
 * hold: what the last write that ended well wrote, or what a write that failed since then may have
 * written. It notes what breaks the model, and every request that does not end exactly once.
 *
 * <p>Every sector of a write holds one word, 64 times: which write it was, and which sector.
 */
public final class CheckedWorkload {
  private static final int SECTOR = BlockLimits.SECTOR_SIZE;
  private static final int WORDS = SECTOR / Long.BYTES;
  private static final int REGIONS = 24;
  private static final int REGION_SECTORS = 4;
  private static final int DEPTH = 8;
  private static final int FINAL_FLUSHES = 20;

  /** Waits that end at once for nothing, one after the other, without a moment passing. */
  private static final int MOST_IDLE_ROUNDS = 10_000;

  /** A run that takes longer does not end. */
  private static final long LONGEST_RUN_NS = 1_000_000_000_000L;

  /** Sectors that a task uses. */
  public static final int SECTORS = REGIONS * REGION_SECTORS;

  private final BlockDevice device;
  private final GuestMemory memory;
  private final RandomGenerator random;
  private final long firstSector;
  private final List<Set<Long>> possible = new ArrayList<>();
  private final boolean[] busy = new boolean[REGIONS];
  private final ArrayDeque<Long> buffers = new ArrayDeque<>();
  private final List<Step> steps = new ArrayList<>();
  private final Map<BlockStatus, Integer> endings = new EnumMap<>(BlockStatus.class);
  private final List<String> damage = new ArrayList<>();
  private final List<String> misbehaviour = new ArrayList<>();
  private long lastVersion;
  private int rounds;
  private int idleRounds;

  /**
   * A task with sectors of its own.
   *
   * @param number of the task, from 0
   */
  public CheckedWorkload(BlockDevice device, int number, RandomGenerator random) {
    this.device = device;
    this.memory = device.memory();
    this.random = random;
    this.firstSector = (long) number * SECTORS;
    for (int i = 0; i < SECTORS; i++) {
      possible.add(new LinkedHashSet<>(Set.of(0L)));
    }
    for (int i = 0; i < DEPTH; i++) {
      buffers.add(device.frames().allocate((long) REGION_SECTORS * SECTOR));
    }
  }

  /** One request, and how often it ended. */
  private final class Step {
    private final BlockRequest request = new BlockRequest();
    private final int region;
    private final long buffer;
    private final long version;
    private int ended;

    Step(int region, long version) {
      this.region = region;
      this.buffer = buffers.remove();
      this.version = version;
      request.onCompletion(done -> end());
    }

    long sector() {
      return firstSector + (long) region * REGION_SECTORS;
    }

    private void end() {
      ended++;
      if (ended > 1) {
        misbehaviour.add("ended %d times: %s".formatted(ended, request));
        return;
      }
      BlockStatus status = request.status();
      endings.merge(status, 1, Integer::sum);
      if (request.operation() == BlockOperation.WRITE) {
        written(status);
      } else if (request.operation() == BlockOperation.READ && status == BlockStatus.OK) {
        check(region, memory.slice(buffer, (long) REGION_SECTORS * SECTOR).asByteBuffer(), "read");
      }
      if (request.operation() != BlockOperation.FLUSH) {
        busy[region] = false;
      }
      buffers.add(buffer);
    }

    private void written(BlockStatus status) {
      for (int i = 0; i < REGION_SECTORS; i++) {
        Set<Long> contents = possible.get(region * REGION_SECTORS + i);
        if (status == BlockStatus.OK) {
          contents.clear();
        }
        contents.add(word(version, sector() + i));
      }
    }
  }

  private static long word(long version, long sector) {
    return version << 20 | sector;
  }

  private void check(int region, ByteBuffer content, String when) {
    ByteBuffer words = content.order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < REGION_SECTORS; i++) {
      long word = words.getLong(i * SECTOR);
      boolean whole = true;
      for (int j = 1; j < WORDS; j++) {
        whole &= words.getLong(i * SECTOR + j * Long.BYTES) == word;
      }
      int sector = region * REGION_SECTORS + i;
      if (!whole || !possible.get(sector).contains(word)) {
        damage.add(
            "%s: sector %d holds %x%s, and %s is possible"
                .formatted(
                    when,
                    firstSector + sector,
                    word,
                    whole ? "" : " in part",
                    possible.get(sector)));
      }
    }
  }

  /** Runs so many requests to their end, and a flush that ends well, if one does. */
  public void run(int requests) {
    int issued = 0;
    long start = device.clock().nanoTime();
    while (issued < requests || device.inFlight() > 0) {
      if (device.clock().nanoTime() - start > LONGEST_RUN_NS) {
        throw new IllegalStateException(
            "%d requests do not end: %s".formatted(device.inFlight(), misbehaviour()));
      }
      while (issued < requests && !buffers.isEmpty() && issueAny()) {
        issued++;
      }
      if (device.inFlight() == 0 && buffers.isEmpty()) {
        throw new IllegalStateException("requests are lost: " + misbehaviour());
      }
      if (kicks()) {
        device.kick();
      }
      long before = device.clock().nanoTime();
      device.await();
      boolean idle = device.reap() == 0 && device.clock().nanoTime() == before;
      idleRounds = idle ? idleRounds + 1 : 0;
      if (idleRounds > MOST_IDLE_ROUNDS) {
        throw new IllegalStateException(
            "waits end, and nothing happens: " + device.inFlight() + " in flight");
      }
    }
    for (int i = 0; i < FINAL_FLUSHES && !flushesWell(); i++) {
      endings.merge(BlockStatus.PENDING, 1, Integer::sum);
    }
  }

  /** Every other time the batch policy is on its own. */
  private boolean kicks() {
    rounds++;
    return rounds % 2 == 0;
  }

  private boolean flushesWell() {
    if (buffers.isEmpty()) {
      throw new IllegalStateException("requests are lost: " + misbehaviour());
    }
    Step flush = new Step(0, 0);
    flush.request.flush();
    while (!issue(flush)) {
      device.reap();
      device.await();
    }
    device.kick();
    while (flush.request.isInFlight()) {
      device.await();
      device.reap();
    }
    return flush.request.status() == BlockStatus.OK;
  }

  private boolean issue(Step step) {
    if (!device.submit(step.request)) {
      return false;
    }
    steps.add(step);
    return true;
  }

  /** False when the ring is full, or the drawn region is in use. */
  private boolean issueAny() {
    int dice = random.nextInt(10);
    int region = random.nextInt(REGIONS);
    if (dice > 0 && busy[region]) {
      return false;
    }
    Step step = new Step(region, dice >= 5 ? ++lastVersion : 0);
    if (dice == 0) {
      step.request.flush();
    } else if (dice < 5) {
      memory.fill(step.buffer, REGION_SECTORS * SECTOR, (byte) 0x77);
      segments(step.request.read(step.sector()), step.buffer);
    } else {
      fill(step);
      segments(step.request.write(step.sector()), step.buffer);
    }
    if (!issue(step)) {
      buffers.add(step.buffer);
      return false;
    }
    busy[region] |= dice > 0;
    return true;
  }

  private void fill(Step step) {
    for (int i = 0; i < REGION_SECTORS; i++) {
      long word = word(step.version, step.sector() + i);
      for (int j = 0; j < WORDS; j++) {
        memory.setU64(step.buffer + (long) i * SECTOR + (long) j * Long.BYTES, word);
      }
    }
  }

  private void segments(BlockRequest request, long buffer) {
    int length = REGION_SECTORS * SECTOR;
    int first = random.nextBoolean() ? length : 100;
    request.segment(buffer, first);
    if (first < length) {
      request.segment(buffer + first, length - first);
    }
  }

  /** Compares all sectors with what a storage holds, after the run. */
  public void checkStored(Storage storage) throws IOException {
    byte[] content = new byte[REGION_SECTORS * SECTOR];
    for (int region = 0; region < REGIONS; region++) {
      Arrays.fill(content, (byte) 0);
      IoVector target = new IoVector(MemorySegment.ofArray(content));
      target.add(0, content.length);
      storage.read((firstSector + (long) region * REGION_SECTORS) * SECTOR, target);
      check(region, ByteBuffer.wrap(content), "stored");
    }
  }

  /** How many requests ended so. */
  public int ended(BlockStatus status) {
    return endings.getOrDefault(status, 0);
  }

  /** Contents that no acknowledged or failed write explains. */
  public List<String> damage() {
    return damage;
  }

  /** Requests that ended more than once, or not at all. */
  public List<String> misbehaviour() {
    List<String> all = new ArrayList<>(misbehaviour);
    for (Step step : steps) {
      if (step.ended == 0) {
        all.add("did not end: " + step.request);
      }
    }
    return all;
  }
}
