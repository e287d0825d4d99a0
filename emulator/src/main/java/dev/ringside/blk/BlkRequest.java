package dev.ringside.blk;

import static dev.ringside.virtio.state.DeviceStateException.require;

import dev.ringside.machine.EventLog;
import dev.ringside.machine.EventType;
import dev.ringside.machine.GuestMemory;
import dev.ringside.machine.IoVector;
import dev.ringside.machine.LittleEndian;
import dev.ringside.storage.StorageOperation;
import dev.ringside.virtio.queue.DescriptorChain;
import dev.ringside.virtio.queue.RingViolation;
import dev.ringside.virtio.queue.RingViolationException;
import dev.ringside.virtio.spec.BlkRequestLayout;
import dev.ringside.virtio.spec.BlkRequestType;
import dev.ringside.virtio.spec.BlkStatus;
import dev.ringside.virtio.spec.Feature;
import dev.ringside.virtio.state.DeviceStateException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
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
  /** A bit for each type whose data the device reads. */
  private static final int DATA_FROM_DRIVER =
      1 << BlkRequestType.OUT.code()
          | 1 << BlkRequestType.DISCARD.code()
          | 1 << BlkRequestType.WRITE_ZEROES.code()
          | 1 << BlkRequestType.SECURE_ERASE.code()
          | 1 << BlkRequestType.ZONE_APPEND.code();

  /** The status is a byte. */
  private static final int MAX_STATUS = 0xff;

  private final Disk disk;
  private final GuestMemory memory;
  private final MemorySegment ram;
  private final DescriptorChain chain;

  /** Where a header goes whose framing cuts through it. */
  private final MemorySegment gathered =
      MemorySegment.ofArray(new byte[BlkRequestLayout.HEADER_SIZE]);

  /** Made when there is a request for it. */
  private @Nullable RangeCommand ranges;

  /** The type as it stands on the wire; a reference would cost a write barrier each time. */
  private int typeCode;

  private long sector;

  private long statusOffset;
  private int status;
  private long written;

  BlkRequest(Disk disk, GuestMemory memory) {
    this.disk = disk;
    this.memory = memory;
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
        typeCode >= 0 && typeCode < Integer.SIZE && (DATA_FROM_DRIVER >>> typeCode & 1) != 0;
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
    long header = readable.takeFirst(BlkRequestLayout.HEADER_SIZE);
    if (header >= 0) {
      readHeader(ram, header);
    } else {
      readable.copyTo(gathered);
      readHeader(gathered, 0);
      readable.dropFirst(BlkRequestLayout.HEADER_SIZE);
    }
    statusOffset = writable.takeLastByte();
  }

  private void readHeader(MemorySegment header, long at) {
    typeCode = LittleEndian.getU32(header, at + BlkRequestLayout.HEADER_TYPE);
    sector = LittleEndian.getU64(header, at + BlkRequestLayout.HEADER_SECTOR);
  }

  /** What the storage is asked for; null when it is asked for nothing. After {@link #parse}. */
  @Nullable StorageOperation storageOperation() {
    BlkRequestType type = BlkRequestType.of(typeCode);
    if (type == null) {
      return null;
    }
    return switch (type) {
      case IN -> StorageOperation.READ;
      case OUT, ZONE_APPEND -> StorageOperation.WRITE;
      case FLUSH -> StorageOperation.FLUSH;
      case DISCARD, WRITE_ZEROES, SECURE_ERASE -> StorageOperation.RANGE;
      case GET_ID,
          GET_LIFETIME,
          ZONE_REPORT,
          ZONE_OPEN,
          ZONE_CLOSE,
          ZONE_FINISH,
          ZONE_RESET,
          ZONE_RESET_ALL ->
          null;
    };
  }

  /** Does what was asked; whatever goes wrong becomes the status. */
  void process(EventLog.Track events) {
    begin(events);
    carryOut(events);
  }

  /** Service begins: {@link #carryOut} or {@link #end} follows. */
  void begin(EventLog.Track events) {
    if (events.isOn()) {
      events.record(EventType.BEGIN_SERVICE, chain.head(), bytes());
    }
  }

  /** The second part of {@link #process}. */
  void carryOut(EventLog.Track events) {
    written = BlkRequestLayout.STATUS_SIZE;
    try {
      status = execute();
    } catch (IOException failure) {
      status = BlkStatus.IOERR;
    }
    events.record(EventType.END_SERVICE, chain.head(), status);
  }

  /** Whether this is a read or write, by whatever name. */
  boolean movesData() {
    return typeCode == BlkRequestType.IN.code()
        || typeCode == BlkRequestType.OUT.code()
        || typeCode == BlkRequestType.ZONE_APPEND.code();
  }

  /** Whether this is a read or write that storage alone decides about. */
  boolean isTransfer() {
    boolean toStorage = typeCode == BlkRequestType.OUT.code();
    return (toStorage || typeCode == BlkRequestType.IN.code())
        && disk.zones() == null
        && bytes() > 0
        && disk.contains(sector, bytes())
        && !(toStorage && disk.storage().readOnly());
  }

  /** An order of transfers, in which those of the same kind and adjacent sectors are neighbours. */
  boolean comesBefore(BlkRequest other) {
    return typeCode != other.typeCode ? typeCode < other.typeCode : sector < other.sector;
  }

  /** Whether another transfer of the same kind begins where this one ends. */
  boolean isContinuedBy(BlkRequest other) {
    return typeCode == other.typeCode
        && sector + bytes() / BlkRequestLayout.SECTOR_SIZE == other.sector;
  }

  /** Adds the pieces of the data at the end of a vector. */
  void addDataTo(IoVector all) {
    IoVector data = data();
    for (int i = 0; i < data.count(); i++) {
      all.add(data.offset(i), data.length(i));
    }
  }

  /** Carries out this transfer and those that continue it. */
  void transfer(IoVector all) throws IOException {
    long position = sector * BlkRequestLayout.SECTOR_SIZE;
    if (typeCode == BlkRequestType.IN.code()) {
      disk.storage().read(position, all);
    } else {
      disk.storage().write(position, all);
      disk.noteWrite(sector, all.bytes());
      disk.settle();
    }
  }

  /** This transfer was carried out as part of another one, which succeeded. */
  void end(EventLog.Track events) {
    status = BlkStatus.OK;
    written = BlkRequestLayout.STATUS_SIZE;
    if (typeCode == BlkRequestType.IN.code()) {
      written += bytes();
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
      case GET_LIFETIME -> getLifetime();
      case DISCARD -> ranges().discard(chain.readable());
      case WRITE_ZEROES -> ranges().writeZeroes(chain.readable());
      case SECURE_ERASE -> ranges().secureErase(chain.readable());
      case ZONE_APPEND,
          ZONE_REPORT,
          ZONE_OPEN,
          ZONE_CLOSE,
          ZONE_FINISH,
          ZONE_RESET,
          ZONE_RESET_ALL ->
          zoneCommand(type);
    };
  }

  private int read() throws IOException {
    IoVector data = chain.writable();
    long bytes = data.bytes();
    if (!disk.contains(sector, bytes)) {
      return BlkStatus.IOERR;
    }
    ZonedDisk zones = disk.zones();
    int result = BlkStatus.OK;
    if (zones == null) {
      disk.storage().read(sector * BlkRequestLayout.SECTOR_SIZE, data);
    } else {
      result = zones.read(sector, data);
    }
    written += result == BlkStatus.OK ? bytes : 0;
    return result;
  }

  private int write() throws IOException {
    IoVector data = chain.readable();
    if (disk.storage().readOnly() || !disk.contains(sector, data.bytes())) {
      return BlkStatus.IOERR;
    }
    ZonedDisk zones = disk.zones();
    if (zones == null) {
      disk.storage().write(sector * BlkRequestLayout.SECTOR_SIZE, data);
    } else {
      int result = zones.write(sector, data);
      if (result != BlkStatus.OK) {
        return result;
      }
    }
    disk.noteWrite(sector, data.bytes());
    disk.settle();
    return BlkStatus.OK;
  }

  private int flush() throws IOException {
    if (!disk.has(Feature.BLK_FLUSH)) {
      return BlkStatus.UNSUPP;
    }
    disk.storage().flush();
    return BlkStatus.OK;
  }

  /** The serial, up to 20 bytes and padded with zeros; no terminator when it has all 20. */
  private int getId() {
    byte[] id =
        Arrays.copyOf(
            disk.profile().serial().getBytes(StandardCharsets.US_ASCII), BlkRequestLayout.ID_BYTES);
    written += chain.writable().copyFrom(MemorySegment.ofArray(id));
    return BlkStatus.OK;
  }

  private int getLifetime() {
    LifetimeCounters wear = disk.wear();
    if (wear == null) {
      return BlkStatus.UNSUPP;
    }
    written += chain.writable().copyFrom(wear.report());
    return BlkStatus.OK;
  }

  private RangeCommand ranges() {
    RangeCommand made = ranges;
    if (made == null) {
      made = new RangeCommand(disk);
      ranges = made;
    }
    return made;
  }

  private int zoneCommand(BlkRequestType type) throws IOException {
    ZonedDisk zones = disk.zones();
    if (zones == null) {
      return BlkStatus.UNSUPP;
    }
    if (type == BlkRequestType.ZONE_REPORT) {
      long report = zones.report(sector, chain.writable());
      written += Math.max(report, 0);
      return statusOf(report);
    }
    if (disk.storage().readOnly()) {
      return BlkStatus.IOERR;
    }
    return switch (type) {
      case ZONE_APPEND -> append(zones);
      case ZONE_OPEN -> zones.open(sector);
      case ZONE_CLOSE -> zones.close(sector);
      case ZONE_FINISH -> zones.finish(sector);
      case ZONE_RESET -> zones.reset(sector);
      case ZONE_RESET_ALL -> zones.resetAll();
      default -> BlkStatus.UNSUPP; // no zone command
    };
  }

  /** The sector that the data went to stands right before the status byte. */
  private int append(ZonedDisk zones) throws IOException {
    IoVector data = chain.readable();
    IoVector result = chain.writable();
    if (data.bytes() % BlkRequestLayout.SECTOR_SIZE != 0
        || result.bytes() < BlkRequestLayout.APPEND_SECTOR_SIZE) {
      return BlkStatus.IOERR;
    }
    long at = zones.append(sector, data);
    if (at < 0) {
      return statusOf(at);
    }
    disk.noteWrite(at, data.bytes());
    disk.settle();
    MemorySegment appended = MemorySegment.ofArray(new byte[BlkRequestLayout.APPEND_SECTOR_SIZE]);
    LittleEndian.setU64(appended, 0, at);
    result.dropFirst(result.bytes() - BlkRequestLayout.APPEND_SECTOR_SIZE);
    written += result.copyFrom(appended);
    return BlkStatus.OK;
  }

  /** This request in a saved device. */
  RequestState state(InFlight.Stage stage) {
    boolean done = stage == InFlight.Stage.DONE;
    return new RequestState(
        stage,
        typeCode,
        sector,
        memory.address(statusOffset),
        done ? status : 0,
        done ? written : 0,
        chain.state());
  }

  /**
   * Becomes a request of a saved device: parsed, and done when that one was.
   *
   * @throws DeviceStateException when a device could not have it
   */
  void restore(RequestState saved) throws DeviceStateException {
    chain.restore(saved.chain());
    statusOffset = memory.offset(saved.statusAddress(), BlkRequestLayout.STATUS_SIZE);
    require(statusOffset >= 0, "a status byte at 0x%x", saved.statusAddress());
    require(
        saved.status() >= 0
            && saved.status() <= MAX_STATUS
            && saved.written() >= 0
            && saved.written() <= chain.writable().bytes() + BlkRequestLayout.STATUS_SIZE,
        "a request of status %d that wrote %d bytes",
        saved.status(),
        saved.written());
    typeCode = saved.type();
    sector = saved.sector();
    status = saved.status();
    written = saved.written();
  }

  private static int statusOf(long result) {
    return result < 0 ? (int) -result : BlkStatus.OK;
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
