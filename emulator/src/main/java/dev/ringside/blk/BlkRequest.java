package dev.ringside.blk;

import dev.ringside.machine.EventLog;
import dev.ringside.machine.EventType;
import dev.ringside.machine.GuestMemory;
import dev.ringside.storage.IoVector;
import dev.ringside.storage.Storage;
import dev.ringside.virtio.queue.DescriptorChain;
import dev.ringside.virtio.queue.RingViolation;
import dev.ringside.virtio.queue.RingViolationException;
import dev.ringside.virtio.spec.BlkRequestLayout;
import dev.ringside.virtio.spec.BlkRequestType;
import dev.ringside.virtio.spec.BlkStatus;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One virtio-blk request (virtio 1.4, section 5.2.6), in three steps: {@link #parse} finds header,
 * data and status in a chain however it is cut; {@link #process} does what was asked, on any task;
 * {@link #complete} writes the status byte. An object serves one request after the other without
 * allocation.
 */
final class BlkRequest {
  private static final ValueLayout.OfInt LE_INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LE_LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final BlkLimits limits;
  private final Storage storage;
  private final MemorySegment ram;
  private final DescriptorChain chain;
  private final IoVector data;

  /** The structured bytes of a request whose framing cuts through them. */
  private final MemorySegment gathered =
      MemorySegment.ofArray(new byte[BlkRequestLayout.RANGE_SIZE]);

  private @Nullable BlkRequestType type;
  private long sector;
  private long statusOffset;
  private int status;
  private long written;

  BlkRequest(BlkLimits limits, Storage storage, GuestMemory memory) {
    this.limits = limits;
    this.storage = storage;
    this.ram = memory.segment();
    this.chain = new DescriptorChain(memory);
    this.data = new IoVector(ram);
  }

  /** Where {@code DeviceQueue.pop} puts the next chain. */
  DescriptorChain chain() {
    return chain;
  }

  /** Bytes of data, in either direction. */
  long bytes() {
    return data.bytes();
  }

  /** The status byte, once processed. */
  int status() {
    return status;
  }

  /**
   * Finds the parts of the chain.
   *
   * @throws RingViolationException when there is no room for a header or a status byte; then no
   *     status can be given
   */
  void parse() throws RingViolationException {
    if (chain.readableBytes() < BlkRequestLayout.HEADER_SIZE
        || chain.writableBytes() < BlkRequestLayout.STATUS_SIZE) {
      throw new RingViolationException(
          RingViolation.REQUEST_TRUNCATED,
          "%d readable and %d writable bytes"
              .formatted(chain.readableBytes(), chain.writableBytes()));
    }
    if (chain.length(0) >= BlkRequestLayout.HEADER_SIZE) {
      readHeader(ram, chain.offset(0));
    } else {
      collect(0, chain.readableCount(), 0, BlkRequestLayout.HEADER_SIZE);
      gather();
      readHeader(gathered, 0);
    }
    int last = lastWritable();
    statusOffset = chain.offset(last) + chain.length(last) - BlkRequestLayout.STATUS_SIZE;
    if (takesData()) {
      collect(
          0,
          chain.readableCount(),
          BlkRequestLayout.HEADER_SIZE,
          chain.readableBytes() - BlkRequestLayout.HEADER_SIZE);
    } else {
      collect(
          chain.readableCount(),
          chain.count(),
          0,
          chain.writableBytes() - BlkRequestLayout.STATUS_SIZE);
    }
  }

  /** Whether the data goes from the driver to the device. */
  private boolean takesData() {
    return type == BlkRequestType.OUT || type == BlkRequestType.DISCARD;
  }

  private void readHeader(MemorySegment header, long at) {
    type = BlkRequestType.of(header.get(LE_INT, at + BlkRequestLayout.HEADER_TYPE));
    sector = header.get(LE_LONG, at + BlkRequestLayout.HEADER_SECTOR);
  }

  /** Empty buffers may follow the one that holds the status byte. */
  private int lastWritable() {
    int last = chain.count() - 1;
    while (chain.length(last) == 0) {
      last--;
    }
    return last;
  }

  /** Makes {@link #data} the {@code length} bytes after the first {@code skip} of some buffers. */
  private void collect(int firstBuffer, int endBuffer, long skip, long length) {
    data.clear();
    long toSkip = skip;
    long left = length;
    for (int i = firstBuffer; i < endBuffer && left > 0; i++) {
      long skipped = Math.min(toSkip, chain.length(i));
      long taken = Math.min(left, chain.length(i) - skipped);
      data.add(chain.offset(i) + skipped, taken);
      toSkip -= skipped;
      left -= taken;
    }
  }

  /** Copies the first bytes of {@link #data} to where they are contiguous. */
  private void gather() {
    long at = 0;
    for (int i = 0; i < data.count() && at < gathered.byteSize(); i++) {
      long length = Math.min(data.length(i), gathered.byteSize() - at);
      MemorySegment.copy(ram, data.offset(i), gathered, at, length);
      at += length;
    }
  }

  /** Does what was asked; whatever goes wrong becomes the status. */
  void process(EventLog.Track events) {
    events.record(EventType.BEGIN_SERVICE, chain.head(), data.bytes());
    written = BlkRequestLayout.STATUS_SIZE;
    try {
      status = execute();
    } catch (IOException failure) {
      status = BlkStatus.IOERR;
    }
    events.record(EventType.END_SERVICE, chain.head(), status);
  }

  private int execute() throws IOException {
    return switch (type) {
      case IN -> read();
      case OUT -> write();
      case FLUSH -> flush();
      case GET_ID -> getId();
      case DISCARD -> discard();
      case GET_LIFETIME,
          WRITE_ZEROES,
          SECURE_ERASE,
          ZONE_APPEND,
          ZONE_REPORT,
          ZONE_OPEN,
          ZONE_CLOSE,
          ZONE_FINISH,
          ZONE_RESET,
          ZONE_RESET_ALL ->
          BlkStatus.UNSUPP;
      case null -> BlkStatus.UNSUPP;
    };
  }

  private int read() throws IOException {
    if (!isOnDisk(sector, data.bytes())) {
      return BlkStatus.IOERR;
    }
    storage.read(sector * BlkRequestLayout.SECTOR_SIZE, data);
    written += data.bytes();
    return BlkStatus.OK;
  }

  private int write() throws IOException {
    if (storage.readOnly() || !isOnDisk(sector, data.bytes())) {
      return BlkStatus.IOERR;
    }
    storage.write(sector * BlkRequestLayout.SECTOR_SIZE, data);
    return BlkStatus.OK;
  }

  private int flush() throws IOException {
    storage.flush();
    return BlkStatus.OK;
  }

  /** The serial, up to 20 bytes and padded with zeros; no terminator when it has all 20. */
  private int getId() {
    byte[] id =
        Arrays.copyOf(
            limits.serial().getBytes(StandardCharsets.US_ASCII), BlkRequestLayout.ID_BYTES);
    int copied = 0;
    for (int i = 0; i < data.count() && copied < id.length; i++) {
      int length = (int) Math.min(data.length(i), id.length - copied);
      MemorySegment.copy(id, copied, ram, ValueLayout.JAVA_BYTE, data.offset(i), length);
      copied += length;
    }
    written += copied;
    return BlkStatus.OK;
  }

  private int discard() throws IOException {
    if (!limits.discard()) {
      return BlkStatus.UNSUPP;
    }
    long ranges = data.bytes() / BlkRequestLayout.RANGE_SIZE;
    if (storage.readOnly()
        || data.bytes() % BlkRequestLayout.RANGE_SIZE != 0
        || ranges < 1
        || ranges > BlkLimits.MAX_DISCARD_RANGES) {
      return BlkStatus.IOERR;
    }
    gather();
    long first = gathered.get(LE_LONG, BlkRequestLayout.RANGE_SECTOR);
    long count = gathered.get(LE_INT, BlkRequestLayout.RANGE_NUM_SECTORS) & 0xffff_ffffL;
    int flags = gathered.get(LE_INT, BlkRequestLayout.RANGE_FLAGS);
    if (flags != 0) {
      return BlkStatus.UNSUPP;
    }
    if (count > BlkLimits.MAX_DISCARD_SECTORS
        || !isOnDisk(first, count * BlkRequestLayout.SECTOR_SIZE)) {
      return BlkStatus.IOERR;
    }
    storage.discard(first * BlkRequestLayout.SECTOR_SIZE, count * BlkRequestLayout.SECTOR_SIZE);
    return BlkStatus.OK;
  }

  private boolean isOnDisk(long first, long bytes) {
    long count = bytes / BlkRequestLayout.SECTOR_SIZE;
    return bytes % BlkRequestLayout.SECTOR_SIZE == 0
        && first >= 0
        && count <= storage.sectors()
        && first <= storage.sectors() - count;
  }

  /**
   * Writes the status byte.
   *
   * @return bytes written into the chain's device-writable buffers
   */
  long complete() {
    ram.set(ValueLayout.JAVA_BYTE, statusOffset, (byte) status);
    return written;
  }
}
