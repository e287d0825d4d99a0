package dev.ringside.blk;

import static dev.ringside.virtio.spec.BlkZoneState.*;
import static dev.ringside.virtio.spec.BlkZoneType.*;
import static dev.ringside.virtio.state.DeviceStateException.require;

import dev.ringside.machine.LittleEndian;
import dev.ringside.virtio.spec.BlkRequestLayout;
import dev.ringside.virtio.spec.BlkStatus;
import dev.ringside.virtio.spec.BlkZoneModel;
import dev.ringside.virtio.spec.BlkZoneReportLayout;
import dev.ringside.virtio.spec.BlkZoneState;
import dev.ringside.virtio.spec.BlkZoneType;
import dev.ringside.virtio.state.DeviceStateException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;

/**
 * The state of every zone of a disk, and the rules by which it changes (virtio 1.4, section 5.2.6).
 * It moves no data.
 *
 * <pre>
 *            OPEN                       write                  CLOSE
 *   EMPTY ---------> EXPLICITLY_OPEN    EMPTY, CLOSED -------> IMPLICITLY_OPEN -----> CLOSED
 *   any but READ_ONLY and OFFLINE -- FINISH, or written to capacity --> FULL
 *   any but READ_ONLY and OFFLINE -- RESET --> EMPTY
 * </pre>
 *
 * <p>FINISH of an empty or a closed zone is not among the transitions that the specification lists;
 * the standards for zoned block devices that it follows (section 5.2.3) have it, and so has this.
 *
 * <p>Open and active zones are counted at every transition and never exceed the limits. When as
 * many are open as can be, the zone that was implicitly open for longest is closed to make room.
 *
 * <p>Methods return a status of {@link BlkStatus}. For several tasks, under one lock.
 */
final class ZoneTable {
  private final ZoneLayout layout;
  private final long sectors;
  private final ReentrantLock lock = new ReentrantLock();
  private final BlkZoneState[] states;

  /**
   * The sector to write next. In a zone that is full or read-only it stays where the data ends,
   * which tells a read what was written.
   */
  private final long[] writePointers;

  /** In the order in which they were opened, so that a run repeats itself. */
  private final Set<Integer> implicitlyOpen = new LinkedHashSet<>();

  private int open;
  private int active;

  /** All sequential zones are empty. */
  ZoneTable(ZoneLayout layout, long sectors) {
    this.layout = layout;
    this.sectors = sectors;
    long zones = Math.ceilDiv(sectors, layout.zoneSectors());
    if (zones > ZoneLayout.MOST_ZONES) {
      throw new IllegalArgumentException(
          "%d zones, and %d are possible".formatted(zones, ZoneLayout.MOST_ZONES));
    }
    states = new BlkZoneState[(int) zones];
    Arrays.fill(states, EMPTY);
    Arrays.fill(states, 0, Math.min(layout.conventionalZones(), states.length), NO_WRITE_POINTER);
    writePointers = new long[states.length];
    Arrays.setAll(writePointers, this::start);
  }

  int count() {
    return states.length;
  }

  boolean isOnDisk(long sector) {
    return sector >= 0 && sector < sectors;
  }

  /** The zone that a sector of the disk lies in. */
  int zoneOf(long sector) {
    return (int) (sector / layout.zoneSectors());
  }

  /** The first sector of a zone. */
  long start(int zone) {
    return (long) zone * layout.zoneSectors();
  }

  /** The first sector after a zone. */
  long end(int zone) {
    return Math.min(start(zone) + layout.zoneSectors(), sectors);
  }

  private long capacity(int zone) {
    long size = end(zone) - start(zone);
    return isSequential(zone) ? Math.min(layout.zoneCapacity(), size) : size;
  }

  private long writableEnd(int zone) {
    return start(zone) + capacity(zone);
  }

  private boolean isSequential(int zone) {
    return zone >= layout.conventionalZones();
  }

  BlkZoneType type(int zone) {
    if (!isSequential(zone)) {
      return CONVENTIONAL;
    }
    return layout.model() == BlkZoneModel.HOST_MANAGED
        ? SEQUENTIAL_WRITE_REQUIRED
        : SEQUENTIAL_WRITE_PREFERRED;
  }

  BlkZoneState state(int zone) {
    lock.lock();
    try {
      return states[zone];
    } finally {
      lock.unlock();
    }
  }

  int openZones() {
    lock.lock();
    try {
      return open;
    } finally {
      lock.unlock();
    }
  }

  int activeZones() {
    lock.lock();
    try {
      return active;
    } finally {
      lock.unlock();
    }
  }

  /** Writes a zone's descriptor of a report. */
  void describe(int zone, MemorySegment descriptor) {
    lock.lock();
    try {
      LittleEndian.setU64(descriptor, BlkZoneReportLayout.ZONE_CAPACITY, capacity(zone));
      LittleEndian.setU64(descriptor, BlkZoneReportLayout.ZONE_START, start(zone));
      LittleEndian.setU64(
          descriptor, BlkZoneReportLayout.ZONE_WRITE_POINTER, reportedWritePointer(zone));
      descriptor.set(
          ValueLayout.JAVA_BYTE, BlkZoneReportLayout.ZONE_TYPE, (byte) type(zone).code());
      descriptor.set(
          ValueLayout.JAVA_BYTE, BlkZoneReportLayout.ZONE_STATE, (byte) states[zone].code());
    } finally {
      lock.unlock();
    }
  }

  /** Where it is undefined, the end of the zone: nothing can be written. */
  private long reportedWritePointer(int zone) {
    return switch (states[zone]) {
      case EMPTY, IMPLICITLY_OPEN, EXPLICITLY_OPEN, CLOSED -> writePointers[zone];
      case NO_WRITE_POINTER, READ_ONLY, FULL, OFFLINE -> end(zone);
    };
  }

  /** ZONE_OPEN. */
  int openExplicitly(int zone) {
    lock.lock();
    try {
      return switch (states[zone]) {
        case EMPTY, IMPLICITLY_OPEN, EXPLICITLY_OPEN, CLOSED -> makeOpen(zone, EXPLICITLY_OPEN);
        case NO_WRITE_POINTER, READ_ONLY, FULL, OFFLINE -> BlkStatus.ZONE_INVALID_CMD;
      };
    } finally {
      lock.unlock();
    }
  }

  /** ZONE_CLOSE. */
  int close(int zone) {
    lock.lock();
    try {
      return switch (states[zone]) {
        case EXPLICITLY_OPEN -> enter(zone, writePointers[zone] == start(zone) ? EMPTY : CLOSED);
        case IMPLICITLY_OPEN, CLOSED -> enter(zone, CLOSED);
        case NO_WRITE_POINTER, EMPTY, READ_ONLY, FULL, OFFLINE -> BlkStatus.ZONE_INVALID_CMD;
      };
    } finally {
      lock.unlock();
    }
  }

  /** ZONE_FINISH. */
  int finish(int zone) {
    lock.lock();
    try {
      return switch (states[zone]) {
        case EMPTY, IMPLICITLY_OPEN, EXPLICITLY_OPEN, CLOSED, FULL -> enter(zone, FULL);
        case NO_WRITE_POINTER, READ_ONLY, OFFLINE -> BlkStatus.ZONE_INVALID_CMD;
      };
    } finally {
      lock.unlock();
    }
  }

  /** Whether {@link #reset} would succeed. */
  int checkReset(int zone) {
    return switch (state(zone)) {
      case EMPTY, IMPLICITLY_OPEN, EXPLICITLY_OPEN, CLOSED, FULL -> BlkStatus.OK;
      case NO_WRITE_POINTER, READ_ONLY, OFFLINE -> BlkStatus.ZONE_INVALID_CMD;
    };
  }

  /** ZONE_RESET, when the zone's data is gone. */
  int reset(int zone) {
    lock.lock();
    try {
      int status = checkReset(zone);
      if (status == BlkStatus.OK) {
        writePointers[zone] = start(zone);
        enter(zone, EMPTY);
      }
      return status;
    } finally {
      lock.unlock();
    }
  }

  /**
   * A sequential zone fails, as the device may say at any time.
   *
   * @param state {@link BlkZoneState#READ_ONLY}, or {@link BlkZoneState#OFFLINE}, which is for good
   */
  void degrade(int zone, BlkZoneState state) {
    if (state != READ_ONLY && state != OFFLINE) {
      throw new IllegalArgumentException("a zone does not fail into " + state);
    }
    lock.lock();
    try {
      if (!isSequential(zone) || states[zone] == OFFLINE) {
        throw new IllegalStateException(
            "zone %d is %s, %s".formatted(zone, type(zone), states[zone]));
      }
      enter(zone, state);
    } finally {
      lock.unlock();
    }
  }

  /** Whether sectors can be read, and from zones that can be read together. */
  int checkRead(long sector, long count) {
    if (count == 0) {
      return BlkStatus.OK;
    }
    int first = zoneOf(sector);
    int last = zoneOf(sector + count - 1);
    for (int zone = first; zone <= last; zone++) {
      boolean alone = first == last || type(zone) != SEQUENTIAL_WRITE_REQUIRED;
      if (!alone || state(zone) == OFFLINE) {
        return BlkStatus.ZONE_INVALID_CMD;
      }
    }
    return BlkStatus.OK;
  }

  /**
   * How many of the sectors that {@link #checkRead} allowed were written; what follows them is
   * unwritten data. Zones that need not be written in sequence have everything.
   */
  long written(long sector, long count) {
    int zone = count == 0 ? 0 : zoneOf(sector);
    if (count == 0 || type(zone) != SEQUENTIAL_WRITE_REQUIRED) {
      return count;
    }
    lock.lock();
    try {
      return Math.clamp(writePointers[zone] - sector, 0, count);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes the sectors of a write: zones open and write pointers move before the data does, so that
   * writes in parallel get sectors of their own.
   */
  int beginWrite(long sector, long count) {
    if (count == 0) {
      return BlkStatus.OK;
    }
    int first = zoneOf(sector);
    int last = zoneOf(sector + count - 1);
    lock.lock();
    try {
      for (int zone = first; first != last && zone <= last; zone++) {
        if (type(zone) == SEQUENTIAL_WRITE_REQUIRED) {
          return BlkStatus.ZONE_INVALID_CMD;
        }
      }
      for (int zone = first; zone <= last; zone++) {
        long from = Math.max(sector, start(zone));
        long to = Math.min(sector + count, end(zone));
        int status = writeInto(zone, from, to);
        if (status != BlkStatus.OK) {
          return status;
        }
      }
      return BlkStatus.OK;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes the sectors of a ZONE_APPEND.
   *
   * @param sector that the driver names
   * @return the first of them; a negative number is the negative of a status
   */
  long beginAppend(long sector, long count) {
    if (layout.maxAppendSectors() == 0) {
      return -BlkStatus.UNSUPP;
    }
    if (!isOnDisk(sector) || count > layout.maxAppendSectors()) {
      return -BlkStatus.ZONE_INVALID_CMD;
    }
    int zone = zoneOf(sector);
    if (type(zone) != SEQUENTIAL_WRITE_REQUIRED || sector != start(zone)) {
      return -BlkStatus.ZONE_INVALID_CMD;
    }
    lock.lock();
    try {
      long at = writePointers[zone];
      int status = writeInto(zone, at, at + count);
      return status == BlkStatus.OK ? at : -status;
    } finally {
      lock.unlock();
    }
  }

  private int writeInto(int zone, long from, long to) {
    return switch (states[zone]) {
      case NO_WRITE_POINTER -> BlkStatus.OK;
      case READ_ONLY, OFFLINE -> BlkStatus.ZONE_INVALID_CMD;
      // What is only preferably written in sequence can be written again.
      case FULL ->
          type(zone) == SEQUENTIAL_WRITE_PREFERRED && to <= writableEnd(zone)
              ? BlkStatus.OK
              : BlkStatus.ZONE_INVALID_CMD;
      case EMPTY, IMPLICITLY_OPEN, EXPLICITLY_OPEN, CLOSED -> writeIntoWritable(zone, from, to);
    };
  }

  private int writeIntoWritable(int zone, long from, long to) {
    if (type(zone) == SEQUENTIAL_WRITE_REQUIRED
        && (from != writePointers[zone] || !isGranular(to))) {
      return BlkStatus.ZONE_UNALIGNED_WP;
    }
    if (to > writableEnd(zone)) {
      return BlkStatus.ZONE_INVALID_CMD;
    }
    int status = from == to ? BlkStatus.OK : makeOpen(zone, IMPLICITLY_OPEN);
    if (status == BlkStatus.OK) {
      advance(zone, to);
    }
    return status;
  }

  private boolean isGranular(long end) {
    return end * BlkRequestLayout.SECTOR_SIZE % layout.writeGranularity() == 0;
  }

  private void advance(int zone, long to) {
    writePointers[zone] = Math.max(writePointers[zone], to);
    if (writePointers[zone] == writableEnd(zone)) {
      enter(zone, FULL);
    }
  }

  /**
   * A driver that does not know of zones wrote to a host-aware disk. It cannot be refused for want
   * of resources: a zone that gets none is full, and takes writes as before.
   */
  void noteWrite(long sector, long count) {
    lock.lock();
    try {
      int last = count == 0 ? -1 : zoneOf(sector + count - 1);
      for (int zone = zoneOf(sector); zone <= last; zone++) {
        int status = writeInto(zone, sector, Math.min(sector + count, writableEnd(zone)));
        if (status == BlkStatus.ZONE_ACTIVE_RESOURCE || status == BlkStatus.ZONE_OPEN_RESOURCE) {
          enter(zone, FULL);
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** All zones, for a device that is saved. */
  ZoneTableState save() {
    lock.lock();
    try {
      return new ZoneTableState(
          IntStream.range(0, states.length)
              .mapToObj(zone -> new ZoneTableState.Zone(states[zone], writePointers[zone]))
              .toList(),
          List.copyOf(implicitlyOpen));
    } finally {
      lock.unlock();
    }
  }

  /**
   * Checks whether these can be the zones of this disk.
   *
   * @throws DeviceStateException when they cannot
   */
  void check(ZoneTableState saved) throws DeviceStateException {
    List<ZoneTableState.Zone> zones = saved.zones();
    require(
        zones.size() == states.length,
        "%d zones, and this disk has %d",
        zones.size(),
        states.length);
    int savedOpen = 0;
    int savedActive = 0;
    Set<Integer> opened = new LinkedHashSet<>();
    for (int zone = 0; zone < zones.size(); zone++) {
      BlkZoneState state = zones.get(zone).state();
      long pointer = zones.get(zone).writePointer();
      long least = start(zone);
      long most = state == EMPTY ? least : writableEnd(zone);
      require(
          (state == NO_WRITE_POINTER) != isSequential(zone) && pointer >= least && pointer <= most,
          "zone %d is %s, written up to sector %d",
          zone,
          state,
          pointer);
      savedOpen += state.isOpen() ? 1 : 0;
      savedActive += state.isActive() ? 1 : 0;
      if (state == IMPLICITLY_OPEN) {
        opened.add(zone);
      }
    }
    require(
        opened.size() == saved.implicitlyOpen().size()
            && opened.containsAll(saved.implicitlyOpen())
            && new LinkedHashSet<>(saved.implicitlyOpen()).size() == opened.size(),
        "implicitly open zones %s, in the order %s",
        opened,
        saved.implicitlyOpen());
    require(
        (layout.maxOpen() == 0 || savedOpen <= layout.maxOpen())
            && (layout.maxActive() == 0 || savedActive <= layout.maxActive()),
        "%d open and %d active zones",
        savedOpen,
        savedActive);
  }

  /** The disk is one that was saved, with zones that {@link #check} accepted. */
  void restore(ZoneTableState saved) {
    lock.lock();
    try {
      open = 0;
      active = 0;
      implicitlyOpen.clear();
      implicitlyOpen.addAll(saved.implicitlyOpen());
      for (int zone = 0; zone < states.length; zone++) {
        states[zone] = saved.zones().get(zone).state();
        writePointers[zone] = saved.zones().get(zone).writePointer();
        open += states[zone].isOpen() ? 1 : 0;
        active += states[zone].isActive() ? 1 : 0;
      }
    } finally {
      lock.unlock();
    }
  }

  private int makeOpen(int zone, BlkZoneState target) {
    BlkZoneState state = states[zone];
    if (state == EXPLICITLY_OPEN) {
      return BlkStatus.OK;
    }
    // In this order: when both limits are reached, the status is that of the active zones.
    if (!state.isActive() && layout.maxActive() != 0 && active >= layout.maxActive()) {
      return BlkStatus.ZONE_ACTIVE_RESOURCE;
    }
    if (!state.isOpen()
        && layout.maxOpen() != 0
        && open >= layout.maxOpen()
        && !closeImplicitlyOpen()) {
      return BlkStatus.ZONE_OPEN_RESOURCE;
    }
    return enter(zone, target);
  }

  private boolean closeImplicitlyOpen() {
    Iterator<Integer> oldest = implicitlyOpen.iterator();
    if (!oldest.hasNext()) {
      return false;
    }
    enter(oldest.next(), CLOSED);
    return true;
  }

  private int enter(int zone, BlkZoneState next) {
    BlkZoneState before = states[zone];
    if (before != next) {
      open += (next.isOpen() ? 1 : 0) - (before.isOpen() ? 1 : 0);
      active += (next.isActive() ? 1 : 0) - (before.isActive() ? 1 : 0);
      if (before == IMPLICITLY_OPEN) {
        implicitlyOpen.remove(zone);
      }
      if (next == IMPLICITLY_OPEN) {
        implicitlyOpen.add(zone);
      }
      states[zone] = next;
    }
    return BlkStatus.OK;
  }
}
