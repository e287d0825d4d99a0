package dev.ringside.lab.replay;

import dev.ringside.driver.BlockDevice;
import dev.ringside.driver.BlockDeviceException;
import dev.ringside.driver.BlockLimits;
import dev.ringside.driver.BlockRequest;
import dev.ringside.driver.BlockStatus;
import dev.ringside.lab.trace.TraceEvent;
import dev.ringside.lab.trace.TraceReader;
import dev.ringside.machine.GuestMemory;
import java.io.IOException;
import java.util.Optional;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Replays the issued events of a trace onto a device, in their order and as fast as possible, in a
 * closed loop: a batch of requests is submitted, the device is kicked once, and the next batch
 * waits until all of this one is reaped.
 *
 * <p>Dependencies between requests are not kept: within a batch the device may take a write and the
 * flush that followed it in any order. With a batch of 1 the trace's own order holds.
 *
 * <p>Requests and buffers are made once; the loop allocates nothing. A replayer is used by one
 * task.
 */
public final class Replayer implements AutoCloseable {
  /** Latencies above an hour count as an hour. */
  private static final long MAX_LATENCY_NS = 3_600_000_000_000L;

  private static final int LATENCY_DIGITS = 3;

  /** Requests in a block, about: some batches, so that reading the trace is a small part. */
  private static final int BLOCK_REQUESTS = 4096;

  private final BlockDevice device;
  private final GuestMemory memory;
  private final TraceSurvey survey;
  private final int batch;
  private final int maxSegmentBytes;
  private final BlockRequest[] requests;
  private final Buffers readBuffers;
  private final Buffers writeBuffers;
  private @Nullable Runnable recovery;
  private final Histogram latency = new Histogram(MAX_LATENCY_NS, LATENCY_DIGITS);
  private long submitted;
  private long ended;
  private long reads;
  private long writes;
  private long flushes;
  private long discards;
  private long failed;
  private @Nullable String firstFailure;
  private long bytesRead;
  private long bytesWritten;
  private long elapsedNs;

  /**
   * Takes guest memory for a batch.
   *
   * @param survey of the trace to replay
   * @param batch requests submitted together, 1 to the device's {@link BlockLimits#queueDepth}
   */
  public Replayer(BlockDevice device, TraceSurvey survey, int batch) {
    BlockLimits limits = device.limits();
    if (batch < 1 || batch > limits.queueDepth()) {
      throw new IllegalArgumentException(
          "a batch of %d requests on a device that takes 1 to %d"
              .formatted(batch, limits.queueDepth()));
    }
    this.device = device;
    this.memory = device.memory();
    this.survey = survey;
    this.batch = batch;
    this.maxSegmentBytes = (int) Math.min(limits.maxSegmentBytes(), Integer.MAX_VALUE);
    this.requests = new BlockRequest[batch];
    for (int i = 0; i < batch; i++) {
      requests[i] = new BlockRequest().onCompletion(this::completed);
    }
    long most = RequestTranslation.maxDataBytes(limits);
    this.readBuffers = new Buffers(Math.min(survey.largestRead(), most));
    this.writeBuffers = new Buffers(Math.min(survey.largestWrite(), most));
    writeBuffers.fillWithPattern();
  }

  /** How much guest memory a replayer of this trace takes, in bytes, at most. */
  public static long guestMemoryBytes(TraceSurvey survey, int batch) {
    // One more than a batch, since a buffer cannot lie across the hole in the guest's RAM.
    return (batch + 1L)
        * (Math.min(survey.largestRead(), RequestTranslation.MAX_REQUEST_BYTES)
            + Math.min(survey.largestWrite(), RequestTranslation.MAX_REQUEST_BYTES)
            + 2L * GuestMemory.FRAME_SIZE);
  }

  /**
   * Says how to go on with a device that broke; without it, that ends the replay. The requests that
   * it had must have ended afterwards.
   */
  public void recoverWith(Runnable action) {
    recovery = action;
  }

  /**
   * Replays the trace; once in a replayer's life.
   *
   * @param repeat how many times, one after the other
   */
  public ReplayResult run(int repeat, ReplayProgress progress) throws IOException {
    RequestTranslation translation = new RequestTranslation(device.limits());
    RequestBlock block = new RequestBlock(BLOCK_REQUESTS + batch);
    for (int round = 0; round < repeat; round++) {
      try (TraceReader reader = survey.source().open()) {
        boolean more = true;
        while (more) {
          more = fill(block, reader, translation);
          int whole = block.size() - block.size() % batch;
          int size = more ? whole : block.size();
          replay(block, size, progress);
          block.removeFirst(size);
        }
      }
    }
    return new ReplayResult(
        reads,
        writes,
        flushes,
        discards,
        failed,
        Optional.ofNullable(firstFailure),
        translation.split(),
        translation.expanded(),
        translation.skipped(),
        bytesRead,
        bytesWritten,
        elapsedNs,
        latency);
  }

  /** Reads ahead; false at the end of the trace. */
  private boolean fill(RequestBlock block, TraceReader reader, RequestTranslation translation)
      throws IOException {
    while (block.size() < BLOCK_REQUESTS + batch) {
      TraceEvent event = reader.next();
      if (event == null) {
        return false;
      }
      translation.translate(event, block);
    }
    return true;
  }

  private void replay(RequestBlock block, int size, ReplayProgress progress) {
    long start = device.clock().nanoTime();
    for (int first = 0; first < size; first += batch) {
      int count = Math.min(batch, size - first);
      // The data is made before the first submission, so that no latency has it in it.
      for (int i = 0; i < count; i++) {
        prepare(i, block, first + i);
      }
      for (int i = 0; i < count; i++) {
        submit(requests[i]);
      }
      device.kick();
      while (device.inFlight() > 0) {
        reapOrAwait();
      }
      progress.replayed(ended);
    }
    elapsedNs += device.clock().nanoTime() - start;
  }

  private void prepare(int slot, RequestBlock block, int index) {
    BlockRequest request = requests[slot];
    long sector = block.sector(index);
    int count = block.count(index);
    submitted++;
    switch (block.operation(index)) {
      case READ -> addSegments(request.read(sector), readBuffers.address(slot), count);
      case WRITE -> {
        long address = writeBuffers.address(slot);
        WritePattern.stamp(memory, address, sector, count, submitted);
        addSegments(request.write(sector), address, count);
      }
      case FLUSH -> request.flush();
      case DISCARD -> request.discard(sector, count);
      case WRITE_ZEROES,
          SECURE_ERASE,
          GET_ID,
          GET_LIFETIME,
          ZONE_APPEND,
          ZONE_REPORT,
          ZONE_OPEN,
          ZONE_CLOSE,
          ZONE_FINISH,
          ZONE_RESET,
          ZONE_RESET_ALL ->
          throw new IllegalStateException("no trace has such a request");
    }
  }

  private void addSegments(BlockRequest request, long address, int sectors) {
    int left = sectors * BlockLimits.SECTOR_SIZE;
    long at = address;
    while (left > 0) {
      int length = Math.min(left, maxSegmentBytes);
      request.segment(at, length);
      at += length;
      left -= length;
    }
  }

  /** The batch fits the queue, but not its segments, perhaps: then those before go first. */
  private void submit(BlockRequest request) {
    while (!device.submit(request)) {
      device.kick();
      reapOrAwait();
    }
  }

  private void reapOrAwait() {
    try {
      if (device.reap() == 0) {
        device.await();
      }
    } catch (BlockDeviceException broken) {
      if (recovery == null) {
        throw broken;
      }
      recovery.run();
    }
  }

  private void completed(BlockRequest request) {
    ended++;
    latency.recordValue(
        Math.clamp(request.completedAt() - request.submittedAt(), 0, MAX_LATENCY_NS));
    boolean succeeded = request.status() == BlockStatus.OK;
    if (!succeeded) {
      failed++;
      if (firstFailure == null) {
        firstFailure = request.toString();
      }
    }
    switch (request.operation()) {
      case READ -> {
        reads++;
        bytesRead += succeeded ? request.bytes() : 0;
      }
      case WRITE -> {
        writes++;
        bytesWritten += succeeded ? request.bytes() : 0;
      }
      case FLUSH -> flushes++;
      case DISCARD -> discards++;
      case WRITE_ZEROES,
          SECURE_ERASE,
          GET_ID,
          GET_LIFETIME,
          ZONE_APPEND,
          ZONE_REPORT,
          ZONE_OPEN,
          ZONE_CLOSE,
          ZONE_FINISH,
          ZONE_RESET,
          ZONE_RESET_ALL ->
          throw new IllegalStateException("no trace has such a request");
    }
  }

  /** Gives the guest memory back; the device stays open. */
  @Override
  public void close() {
    readBuffers.free();
    writeBuffers.free();
  }

  /** A buffer for each request of a batch, all of one size; none when nobody needs one. */
  private final class Buffers {
    private final long size;
    private final long[] addresses;

    Buffers(long bytes) {
      size = bytes;
      addresses = new long[size == 0 ? 0 : batch];
      for (int slot = 0; slot < addresses.length; slot++) {
        addresses[slot] = device.frames().allocate(size);
      }
    }

    long address(int slot) {
      return addresses[slot];
    }

    void fillWithPattern() {
      for (long address : addresses) {
        WritePattern.prepare(memory, address, size);
      }
    }

    void free() {
      for (long address : addresses) {
        device.frames().free(address, size);
      }
    }
  }
}
