package dev.ringside.blk;

import dev.ringside.machine.EventLog;
import dev.ringside.machine.EventType;
import dev.ringside.machine.GuestMemory;
import dev.ringside.machine.IoVector;
import dev.ringside.machine.LittleEndian;
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
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * One virtio-blk request (virtio 1.4, section 5.2.6), in three steps: {@link #parse} finds header,
 * data and status in a chain however it is cut; {@link #process} does what was asked, on any task;
 * {@link #complete} writes the status byte. An object serves one request after the other without
 * allocation.
 */
final class BlkRequest {
  private final BlkLimits limits;
  private final Storage storage;
  private final MemorySegment ram;
  private final DescriptorChain chain;

  /** Where structured bytes go whose framing cuts through them. */
  private final MemorySegment gathered =
      MemorySegment.ofArray(new byte[BlkRequestLayout.RANGE_SIZE]);

  /** The type as it stands on the wire; a reference would cost a write barrier each time. */
  private int typeCode;

  private long sector;

  private long statusOffset;
  private int status;
  private long written;

  BlkRequest(BlkLimits limits, Storage storage, GuestMemory memory) {
    this.limits = limits;
    this.storage = storage;
    this.ram = memory.segment();
    this.chain = new DescriptorChain(memory);
  }

  /** Where {@code DeviceQueue.pop} puts the next chain. */
  DescriptorChain chain() {
    return chain;
  }

  /** The request's type as it stands on the wire; after {@link #parse}. */
  int typeCode() {
    return typeCode;
  }

  /** The sector that its header names; after {@link #parse}. */
  long sector() {
    return sector;
  }

  /** Bytes of data, in either direction. */
  long bytes() {
    return data().bytes();
  }

  /** What remains of one half of the chain when header and status are cut off. */
  private IoVector data() {
    boolean fromDriver =
        typeCode == BlkRequestType.OUT.code() || typeCode == BlkRequestType.DISCARD.code();
    return fromDriver ? chain.readable() : chain.writable();
  }

  /**
   * Finds the parts of the chain.
   *
   * @throws RingViolationException when there is no room for a header or a status byte; then no
   *     status can be given
   */
  void parse() throws RingViolationException {
    IoVector readable = chain.readable();
    IoVector writable = chain.writable();
    if (readable.bytes() < BlkRequestLayout.HEADER_SIZE
        || writable.bytes() < BlkRequestLayout.STATUS_SIZE) {
      throw new RingViolationException(
          RingViolation.REQUEST_TRUNCATED,
          "%d readable and %d writable bytes".formatted(readable.bytes(), writable.bytes()));
    }
    if (readable.length(0) >= BlkRequestLayout.HEADER_SIZE) {
      readHeader(ram, readable.offset(0));
    } else {
      readable.copyTo(gathered);
      readHeader(gathered, 0);
    }
    readable.dropFirst(BlkRequestLayout.HEADER_SIZE);
    int last = writable.count() - 1;
    statusOffset = writable.offset(last) + writable.length(last) - BlkRequestLayout.STATUS_SIZE;
    writable.dropLast(BlkRequestLayout.STATUS_SIZE);
  }

  private void readHeader(MemorySegment header, long at) {
    typeCode = LittleEndian.getU32(header, at + BlkRequestLayout.HEADER_TYPE);
    sector = LittleEndian.getU64(header, at + BlkRequestLayout.HEADER_SECTOR);
  }

  /** Does what was asked; whatever goes wrong becomes the status. */
  void process(EventLog.Track events) {
    if (events.isOn()) {
      events.record(EventType.BEGIN_SERVICE, chain.head(), bytes());
    }
    written = BlkRequestLayout.STATUS_SIZE;
    try {
      status = execute();
    } catch (IOException failure) {
      status = BlkStatus.IOERR;
    }
    events.record(EventType.END_SERVICE, chain.head(), status);
  }

  private int execute() throws IOException {
    BlkRequestType type = BlkRequestType.of(typeCode);
    // Not a null case of the switch: that one would look its labels up through method handles.
    if (type == null) {
      return BlkStatus.UNSUPP;
    }
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
    };
  }

  private int read() throws IOException {
    IoVector data = chain.writable();
    if (!isOnDisk(sector, data.bytes())) {
      return BlkStatus.IOERR;
    }
    storage.read(sector * BlkRequestLayout.SECTOR_SIZE, data);
    written += data.bytes();
    return BlkStatus.OK;
  }

  private int write() throws IOException {
    IoVector data = chain.readable();
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
    IoVector data = chain.writable();
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
    IoVector data = chain.readable();
    long ranges = data.bytes() / BlkRequestLayout.RANGE_SIZE;
    if (storage.readOnly()
        || data.bytes() % BlkRequestLayout.RANGE_SIZE != 0
        || ranges < 1
        || ranges > BlkLimits.MAX_DISCARD_RANGES) {
      return BlkStatus.IOERR;
    }
    data.copyTo(gathered);
    long first = LittleEndian.getU64(gathered, BlkRequestLayout.RANGE_SECTOR);
    long count = LittleEndian.getU32(gathered, BlkRequestLayout.RANGE_NUM_SECTORS) & 0xffff_ffffL;
    int flags = LittleEndian.getU32(gathered, BlkRequestLayout.RANGE_FLAGS);
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
