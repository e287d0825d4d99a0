package dev.ringside.driver;

import dev.ringside.machine.FrameAllocator;
import dev.ringside.machine.GuestMemory;
import dev.ringside.virtio.spec.BlkRequestLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/**
 * Calls on a disk that return before they end, of any size: what is larger than a request may be
 * goes out as several, and ends with the last of them.
 *
 * <pre>{@code
 * CompletableFuture<Void> first = disk.write(0, List.of(new DataSegment(address, 1 << 20)));
 * CompletableFuture<Void> second = disk.write(9000, List.of(...));
 * disk.await(first);
 * disk.await(second);
 * disk.await(disk.flush());
 * }</pre>
 *
 * <p>One task uses a disk, and it is this task that ends calls: inside {@link #poll} and {@link
 * #await}, which reap, and nowhere else. What hangs on a future runs there, too, and may make
 * further calls, but not wait for them. A future that is waited for in another way, by its own
 * {@code join} or by another task, ends only if this task goes on to poll.
 *
 * <p>A call is in the ring when it returns, as far as there is room; the device is told as the
 * {@link BatchPolicy} says, and by the next {@link #poll} or {@link #await}. Calls that are on
 * their way together have no order. A call that fails ends with a {@link DiskException}; when it
 * was of several requests, the others may have been carried out.
 */
public final class AsyncDisk {
  private final BlockDevice device;

  /** What the ring had no room for yet, in the order of the calls. */
  private final ArrayDeque<Part> waiting = new ArrayDeque<>();

  /**
   * Calls on a device, which nobody else uses.
   *
   * @param device whose {@link BlockDevice#close} stays the caller's
   */
  public AsyncDisk(BlockDevice device) {
    this.device = device;
  }

  private record Part(DiskCall<?> call, BlockRequest request) {}

  /** What this disk is. */
  public BlockLimits limits() {
    return device.limits();
  }

  /** Where segments lie. */
  public GuestMemory memory() {
    return device.memory();
  }

  /** Where memory for segments comes from. */
  public FrameAllocator frames() {
    return device.frames();
  }

  /**
   * Reads.
   *
   * @param sector the first, in units of 512 bytes
   * @param into whole sectors in all; a segment itself may have any length
   * @throws IllegalArgumentException when this leaves the disk
   */
  public CompletableFuture<Void> read(long sector, List<DataSegment> into) {
    return start(RequestSplitter.transfer(BlockOperation.READ, sector, into, limits()));
  }

  /**
   * Writes; as {@link #read}. It is durable after a {@link #flush} that is called when it ended.
   */
  public CompletableFuture<Void> write(long sector, List<DataSegment> from) {
    return start(RequestSplitter.transfer(BlockOperation.WRITE, sector, from, limits()));
  }

  /** Reads so many sectors, by way of guest memory of the call's own. */
  public CompletableFuture<byte[]> read(long sector, int count) {
    int length = Math.multiplyExact(count, BlockLimits.SECTOR_SIZE);
    if (length == 0) {
      return CompletableFuture.completedFuture(new byte[0]);
    }
    long address = frames().allocate(length);
    return startBorrowed(
        BlockOperation.READ,
        sector,
        new DataSegment(address, length),
        () -> {
          byte[] data = new byte[length];
          memory().slice(address, length).asByteBuffer().get(data);
          return data;
        });
  }

  /**
   * Writes bytes, by way of guest memory of the call's own; the last sector is filled up with
   * zeros.
   */
  @SuppressWarnings("NullAway") // null is the only Void
  public CompletableFuture<Void> write(long sector, byte[] data) {
    if (data.length == 0) {
      return start(List.of());
    }
    long length =
        Math.ceilDiv((long) data.length, BlockLimits.SECTOR_SIZE) * BlockLimits.SECTOR_SIZE;
    long address = frames().allocate(length);
    memory().fill(address, length, (byte) 0);
    memory().slice(address, length).asByteBuffer().put(data);
    return startBorrowed(
        BlockOperation.WRITE, sector, new DataSegment(address, length), () -> null);
  }

  /** The memory is given back when the device cannot reach it any more, and not before. */
  private <T> CompletableFuture<T> startBorrowed(
      BlockOperation operation, long sector, DataSegment borrowed, DiskCall.Answer<T> answer) {
    Runnable cleanup = () -> frames().free(borrowed.address(), borrowed.length());
    List<BlockRequest> requests;
    try {
      requests = RequestSplitter.transfer(operation, sector, List.of(borrowed), limits());
    } catch (IllegalArgumentException impossible) {
      cleanup.run();
      throw impossible;
    }
    return start(requests, answer, cleanup);
  }

  /** Makes durable what has ended before. Nothing to do where each write is durable by itself. */
  public CompletableFuture<Void> flush() {
    return limits().flush() ? start(List.of(new BlockRequest().flush())) : start(List.of());
  }

  /**
   * Says that the content of sectors is not needed any more.
   *
   * @throws IllegalArgumentException when the device has no such request, or this leaves the disk
   */
  public CompletableFuture<Void> discard(long sector, long count) {
    return start(
        RequestSplitter.ranges(
            (at, sectors) -> new BlockRequest().discard(at, sectors),
            limits().discards(),
            sector,
            count,
            limits()));
  }

  /** Writes zeros; as {@link #discard}. */
  public CompletableFuture<Void> writeZeroes(long sector, long count, boolean giveBack) {
    return start(
        RequestSplitter.ranges(
            (at, sectors) -> new BlockRequest().writeZeroes(at, sectors, giveBack),
            limits().writeZeroes(),
            sector,
            count,
            limits()));
  }

  /** Makes the content of sectors impossible to recover; as {@link #discard}. */
  public CompletableFuture<Void> secureErase(long sector, long count) {
    return start(
        RequestSplitter.ranges(
            (at, sectors) -> new BlockRequest().secureErase(at, sectors),
            limits().secureErase(),
            sector,
            count,
            limits()));
  }

  /**
   * Opens, closes, finishes or resets a zone.
   *
   * @throws IllegalArgumentException as {@link BlockRequest#zone}
   */
  public CompletableFuture<Void> zone(BlockOperation operation, long zone) {
    return start(List.of(new BlockRequest().zone(operation, zone)));
  }

  /** Makes all sequential zones empty. */
  public CompletableFuture<Void> zoneResetAll() {
    return start(List.of(new BlockRequest().zoneResetAll()));
  }

  /**
   * Writes to wherever a zone's write pointer is; in one request, so that it stays together.
   *
   * @return the sector where that was
   * @throws IllegalArgumentException when it is more than one request takes
   */
  public CompletableFuture<Long> zoneAppend(long zone, List<DataSegment> from) {
    BlockRequest request = new BlockRequest().zoneAppend(zone);
    from.forEach(piece -> request.segment(piece.address(), Math.toIntExact(piece.length())));
    return start(List.of(request), request::appendedSector, () -> {});
  }

  /**
   * The state of zones.
   *
   * @param sector in the first of them
   * @param most how many at most
   */
  public CompletableFuture<ZoneReport> zoneReport(long sector, int most) {
    int length = ZoneReport.sizeFor(most);
    long address = frames().allocate(length);
    memory().fill(address, length, (byte) 0);
    return startAnswered(
        new BlockRequest().zoneReport(sector),
        address,
        length,
        () -> ZoneReport.read(memory(), address, length));
  }

  /** How worn the device is. */
  public CompletableFuture<DiskLifetime> lifetime() {
    long address = frames().allocate(DiskLifetime.SIZE);
    return startAnswered(
        new BlockRequest().getLifetime(),
        address,
        DiskLifetime.SIZE,
        () -> DiskLifetime.read(memory(), address));
  }

  /** The device's serial, without the zeros that fill it up. */
  public CompletableFuture<String> id() {
    int length = BlkRequestLayout.ID_BYTES;
    long address = frames().allocate(length);
    return startAnswered(
        new BlockRequest().getId(),
        address,
        length,
        () -> {
          StringBuilder text = new StringBuilder();
          for (int i = 0; i < length && memory().getU8(address + i) != 0; i++) {
            text.append((char) memory().getU8(address + i));
          }
          return new String(
              text.toString().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
        });
  }

  /** A request that is answered into memory of the call's own. */
  private <T> CompletableFuture<T> startAnswered(
      BlockRequest request, long address, int length, DiskCall.Answer<T> answer) {
    Runnable cleanup = () -> frames().free(address, length);
    long maxPiece = limits().maxSegmentBytes();
    for (int at = 0; at < length; ) {
      int piece = (int) Math.min(length - at, maxPiece);
      request.segment(address + at, piece);
      at += piece;
    }
    return start(List.of(request), answer, cleanup);
  }

  @SuppressWarnings("NullAway") // null is the only Void
  private CompletableFuture<Void> start(List<BlockRequest> requests) {
    if (requests.isEmpty()) {
      return CompletableFuture.completedFuture(null);
    }
    return start(requests, () -> null, () -> {});
  }

  private <T> CompletableFuture<T> start(
      List<BlockRequest> requests, DiskCall.Answer<T> answer, Runnable cleanup) {
    DiskCall<T> call = new DiskCall<>(requests.size(), answer, cleanup);
    try {
      requests.forEach(request -> RequestRules.check(request, limits()));
    } catch (IllegalArgumentException impossible) {
      cleanup.run();
      throw impossible;
    }
    for (BlockRequest request : requests) {
      waiting.add(new Part(call, request.onCompletion(call::ended)));
    }
    submitWaiting();
    return call.future();
  }

  private void submitWaiting() {
    for (Part next = waiting.peek(); next != null && goesOut(next); next = waiting.peek()) {
      waiting.remove();
    }
  }

  /** False when the ring is full. What the device does not take any more ends its call. */
  private boolean goesOut(Part part) {
    try {
      return device.submit(part.request());
    } catch (IllegalArgumentException | BlockDeviceException refused) {
      part.call().refused(part.request(), refused);
      return true;
    }
  }

  /**
   * Tells the device of all calls, and ends those that it has completed.
   *
   * @return how many requests have ended
   * @throws BlockDeviceException when the device is broken; calls stay on their way until it is
   *     brought up again, which a driver with {@link ErrorHandling} does by itself
   */
  public int poll() {
    submitWaiting();
    device.kick();
    int ended = device.reap();
    submitWaiting();
    device.kick();
    return ended;
  }

  /**
   * Waits until a call has ended, and ends others meanwhile.
   *
   * @return what it answers
   * @throws DiskException when it failed
   * @throws IllegalStateException when nothing is on its way that could end it
   */
  public <T> T await(CompletableFuture<T> call) throws DiskException {
    while (!call.isDone()) {
      if (poll() == 0) {
        if (device.inFlight() == 0 && waiting.isEmpty()) {
          throw new IllegalStateException("no call of this disk, or one that waits for itself");
        }
        device.await();
      }
    }
    try {
      return call.get();
    } catch (ExecutionException failed) {
      switch (failed.getCause()) {
        case DiskException failure -> throw failure;
        case BlockDeviceException nonsense -> throw nonsense;
        case null, default -> throw new CompletionException(failed.getCause());
      }
    } catch (InterruptedException impossible) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted after the end of the call", impossible);
    }
  }

  /** How many requests are on their way, or wait for room in the ring. */
  public int inFlight() {
    return device.inFlight() + waiting.size();
  }
}
