package dev.ringside.blk;

import static dev.ringside.virtio.state.DeviceStateException.require;

import dev.ringside.fault.Faults;
import dev.ringside.machine.CostModel;
import dev.ringside.machine.EventLog;
import dev.ringside.machine.GuestMemory;
import dev.ringside.machine.Scheduler;
import dev.ringside.storage.ServiceModel;
import dev.ringside.storage.ServiceStation;
import dev.ringside.storage.Storage;
import dev.ringside.virtio.queue.DeviceQueue;
import dev.ringside.virtio.queue.QueueConfig;
import dev.ringside.virtio.spec.BlkConfigLayout;
import dev.ringside.virtio.spec.BlkZoneModel;
import dev.ringside.virtio.spec.BlkZoneState;
import dev.ringside.virtio.spec.DeviceId;
import dev.ringside.virtio.spec.Feature;
import dev.ringside.virtio.transport.VirtioDevice;
import dev.ringside.virtio.transport.VirtioFunction;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A virtio block device over a {@link Storage} (virtio 1.4, section 5.2). What it offers follows
 * from the storage, from the {@link DiskProfile} and from the settings.
 *
 * <p>The cache mode says when a completed write is stable: in writeback mode after a flush, in
 * writethrough mode at once, because each write flushes the storage. A driver that knows CONFIG_WCE
 * switches it; one that knows neither that nor FLUSH gets writethrough.
 *
 * <p>Zones and wear belong to the disk: a reset of the device does not change them.
 */
public final class VirtioBlkDevice implements VirtioDevice {
  private final Storage storage;
  private final Scheduler scheduler;
  private final EventLog events;
  private final BlkSettings settings;
  private final CostModel costs;
  private final @Nullable Faults faults;
  private final long features;
  private final BlkConfigSpace config;
  private final CacheMode cache;
  private final @Nullable ZoneLayout zoneLayout;
  private final @Nullable ZoneTable zones;
  private final @Nullable LifetimeCounters wear;
  private final @Nullable QueueService[] services;

  /** Of the disk, as its units are: what it has begun it ends, whatever becomes of the device. */
  private final @Nullable ServiceStation station;

  private long agreed;
  private @Nullable Service service;
  private @Nullable WorkerPools workers;

  /** Which queues were notified while nobody served them. */
  private final AtomicIntegerArray missed;

  /** Requests of suspended queues. */
  private final List<List<InFlight>> unserved;

  /** A device that is not started; the storage stays the caller's to close. */
  public VirtioBlkDevice(
      Storage storage, Scheduler scheduler, EventLog events, BlkSettings settings) {
    this(storage, scheduler, events, settings, null);
  }

  /** As the others, with work that costs nothing. */
  public VirtioBlkDevice(
      Storage storage,
      Scheduler scheduler,
      EventLog events,
      BlkSettings settings,
      @Nullable Faults faults) {
    this(storage, scheduler, events, settings, CostModel.ZERO, faults);
  }

  /**
   * As the other, with requests that go wrong as a plan says.
   *
   * @param costs what its work costs, beside the transport's
   * @param faults what goes wrong with requests and their used entries; the storage has its own
   *     decorator
   */
  public VirtioBlkDevice(
      Storage storage,
      Scheduler scheduler,
      EventLog events,
      BlkSettings settings,
      CostModel costs,
      @Nullable Faults faults) {
    this.costs = costs;
    // A plan without rules is none: requests take the shorter way, and can be merged.
    this.faults = faults == null || faults.plan().isEmpty() ? null : faults;
    this.storage = storage;
    this.scheduler = scheduler;
    this.events = events;
    this.settings = settings;
    this.station = station(storage, scheduler, settings.service());
    this.services = new QueueService[settings.queues()];
    this.missed = new AtomicIntegerArray(settings.queues());
    this.unserved = new ArrayList<>(Collections.nCopies(settings.queues(), List.of()));
    DiskProfile profile = settings.disk();
    this.cache = new CacheMode(profile.writeback());
    Endurance endurance = profile.endurance();
    this.wear = endurance == null ? null : new LifetimeCounters(endurance);
    int segments = Math.clamp(settings.queueSize() - 2L, 1, settings.maxSegments());
    this.zoneLayout = zoneLayout(profile, segments);
    this.zones = zoneLayout == null ? null : new ZoneTable(zoneLayout, storage.sectors());
    this.features = BlkFeatures.offered(storage, settings);
    this.config = new BlkConfigSpace(settings, features, segments, storage.discards());
    config.setCapacity(storage.sectors());
    reset();
  }

  private static @Nullable ServiceStation station(
      Storage storage, Scheduler scheduler, ServiceSettings service) {
    ServiceModel model = service.model();
    return model instanceof ServiceModel.None
        ? null
        : new ServiceStation(
            model,
            model.units(service.workers()),
            scheduler.streams(),
            storage.sectors() * Storage.SECTOR_SIZE);
  }

  /**
   * The zones that a driver can see. One ZONE_APPEND takes no more than the segments of a request
   * hold (section 5.2.5.2).
   */
  private static @Nullable ZoneLayout zoneLayout(DiskProfile profile, int segments) {
    ZoneLayout layout = profile.zones();
    if (layout == null || layout.model() == BlkZoneModel.NONE) {
      return null;
    }
    long held = (long) segments * profile.maxSegmentBytes() / Storage.SECTOR_SIZE;
    return layout.withMaxAppend((int) Math.min(layout.maxAppendSectors(), held));
  }

  @Override
  public int deviceId() {
    return DeviceId.BLOCK;
  }

  @Override
  public long features() {
    return features;
  }

  @Override
  public long offerableFeatures() {
    return settings.offeredFeatures();
  }

  @Override
  public int queueCount() {
    return settings.queues();
  }

  @Override
  public int maxQueueSize() {
    return settings.queueSize();
  }

  @Override
  public int configSize() {
    return BlkConfigLayout.SIZE;
  }

  @Override
  public long readConfig(int offset, int width) {
    return config.read(offset, width);
  }

  /**
   * Only {@code writeback} can be written, to 0 or 1 and with CONFIG_WCE. Writethrough begins with
   * a flush; when that fails, the mode stays writeback, as the field shows.
   */
  @Override
  public void writeConfig(int offset, int width, long value) {
    if (offset != BlkConfigLayout.CACHE_MODE
        || width != Byte.BYTES
        || !Feature.BLK_CONFIG_WCE.isIn(agreed)) {
      return;
    }
    if (value == BlkConfigLayout.WRITEBACK) {
      setWriteback(true);
    } else if (value == BlkConfigLayout.WRITETHROUGH) {
      setWriteback(false);
      try {
        storage.flush();
      } catch (IOException failure) {
        setWriteback(true);
      }
    }
  }

  private void setWriteback(boolean writeback) {
    cache.set(writeback);
    config.setWriteback(writeback);
  }

  /**
   * A driver that does not know of zones cannot work with a host-managed disk (section 5.2.5.2). To
   * one that does not know of flushes, the cache is writethrough.
   */
  @Override
  public boolean accepts(long chosen) {
    if (!canWorkWith(chosen)) {
      return false;
    }
    agreed = chosen;
    config.setZones(Feature.BLK_ZONED.isIn(chosen) ? zoneLayout : null);
    setWriteback(settings.disk().writeback() && Feature.BLK_FLUSH.isIn(chosen));
    return true;
  }

  private boolean canWorkWith(long chosen) {
    return zoneLayout == null
        || zoneLayout.model() != BlkZoneModel.HOST_MANAGED
        || Feature.BLK_ZONED.isIn(chosen);
  }

  @Override
  public void reset() {
    agreed = 0;
    config.setZones(zoneLayout);
    setWriteback(settings.disk().writeback());
  }

  /**
   * Changes the capacity of the disk while it is in use, and tells the driver.
   *
   * @param attached what carries this device
   * @throws IOException when the storage cannot change
   * @throws IllegalStateException when the disk has zones
   */
  public void resize(VirtioFunction attached, long sectors) throws IOException {
    if (zones != null) {
      throw new IllegalStateException("a zoned disk keeps its size");
    }
    storage.resize(sectors);
    attached.changeConfig(() -> config.setCapacity(sectors));
  }

  /**
   * A sequential zone fails.
   *
   * @param state {@link BlkZoneState#READ_ONLY} or {@link BlkZoneState#OFFLINE}
   * @throws IllegalStateException when the disk has no zones, or this one cannot fail
   */
  public void failZone(int zone, BlkZoneState state) {
    if (zones == null) {
      throw new IllegalStateException("the disk has no zones");
    }
    zones.degrade(zone, state);
  }

  @Override
  public void start(VirtioFunction attached, long negotiated) {
    if (!canWorkWith(negotiated)) {
      // A legacy driver, which sets no FEATURES_OK that could be refused.
      attached.needReset();
      return;
    }
    if (!Feature.BLK_CONFIG_WCE.isIn(negotiated)) {
      // Once more, for a legacy driver, which sets no FEATURES_OK (section 5.2.5.3).
      setWriteback(settings.disk().writeback() && Feature.BLK_FLUSH.isIn(negotiated));
    }
    prepare(attached, negotiated);
    resume();
  }

  private Service prepare(VirtioFunction attached, long negotiated) {
    agreed = negotiated;
    Service prepared =
        new Service(
            attached,
            disk(negotiated),
            scheduler,
            events,
            settings.service(),
            station,
            costs,
            faults);
    service = prepared;
    workers =
        new WorkerPools(
            scheduler, events, settings.service(), settings.queues(), settings.queueSize());
    return prepared;
  }

  private Disk disk(long negotiated) {
    boolean knowsZones = Feature.BLK_ZONED.isIn(negotiated);
    return new Disk(
        storage,
        settings.disk(),
        negotiated,
        cache,
        Feature.BLK_LIFETIME.isIn(negotiated) ? wear : null,
        zones != null && knowsZones ? new ZonedDisk(zones, storage) : null,
        knowsZones ? null : zones);
  }

  @Override
  public void startQueue(int index) {
    Service running = service;
    WorkerPools pools = workers;
    if (running == null || pools == null || services[index] != null) {
      return;
    }
    DeviceQueue queue = queueOf(running.function(), index);
    if (queue != null) {
      QueueService started =
          new QueueService(index, queue, running, pools.of(index), unserved.set(index, List.of()));
      services[index] = started;
      GuestMemory.fullFence();
      if (missed.getAndSet(index, 0) != 0) {
        started.kick();
      }
    }
  }

  private static @Nullable DeviceQueue queueOf(VirtioFunction function, int index) {
    QueueConfig queue = function.queue(index);
    return queue == null ? null : queue.queue();
  }

  @Override
  public void kick(int queue) {
    QueueService running = services[queue];
    if (running == null) {
      missed.set(queue, 1);
      // Either this is seen by who starts the queue just now, or the queue is seen here.
      GuestMemory.fullFence();
      running = services[queue];
    }
    if (running != null) {
      running.kick();
    }
  }

  @Override
  public void stopQueue(int queue) {
    unserved.set(queue, List.of());
    missed.set(queue, 0);
    QueueService service = services[queue];
    if (service != null) {
      services[queue] = null;
      service.stop();
    }
  }

  /** What a fault plan keeps is kept. */
  @Override
  public void drainQueue(int queue) {
    QueueService running = services[queue];
    if (running != null) {
      services[queue] = null;
      unserved.set(queue, running.drain());
    }
  }

  /** What was taken from a ring ends first; what a fault plan keeps is kept. */
  @Override
  public void suspend() {
    leaveQueues(QueueService::drain);
  }

  @Override
  public void pause() {
    leaveQueues(QueueService::pause);
  }

  private void leaveQueues(Function<QueueService, List<InFlight>> how) {
    for (int i = 0; i < services.length; i++) {
      QueueService running = services[i];
      if (running != null) {
        unserved.set(i, how.apply(running));
        services[i] = null;
      }
    }
  }

  @Override
  public void resume() {
    for (int i = 0; i < services.length; i++) {
      startQueue(i);
    }
  }

  @Override
  public void save(DataOutput out) throws IOException {
    BlkState state =
        new BlkState(
            storage.sectors(),
            cache.isWriteback(),
            wear == null ? null : wear.writtenBytes(),
            zones == null ? null : zones.save(),
            unserved.stream()
                .map(queue -> queue.stream().map(one -> one.request().state(one.stage())).toList())
                .toList());
    state.writeTo(out);
  }

  @Override
  public void restore(VirtioFunction attached, long negotiated, boolean running, DataInputStream in)
      throws IOException {
    BlkState state = BlkState.readFrom(in);
    state.requireFits(storage, wear != null, zones, services.length);
    if (running) {
      restoreRequests(prepare(attached, negotiated), state);
    } else {
      // Nothing can be in flight; what a broken device had is forgotten.
      for (int i = 0; i < services.length; i++) {
        DeviceQueue queue = queueOf(attached, i);
        if (queue != null) {
          queue.adopt(List.of());
        }
      }
    }
    setWriteback(state.writeback());
    Long worn = state.wear();
    if (wear != null && worn != null) {
      wear.restore(worn);
    }
    if (zones != null && state.zones() != null) {
      zones.restore(state.zones());
    }
  }

  private void restoreRequests(Service prepared, BlkState state) throws IOException {
    boolean knowsFlush = prepared.disk().has(Feature.BLK_FLUSH);
    require(knowsFlush || !state.writeback(), "a volatile cache that the driver cannot flush");
    for (int i = 0; i < services.length; i++) {
      DeviceQueue queue = queueOf(prepared.function(), i);
      unserved.set(i, InFlight.restore(prepared, queue, state.requests().get(i)));
    }
  }

  /** As a whole, though a defect may have ended one of its tasks; that is told at the end. */
  @Override
  public void stop() {
    RuntimeException defect = null;
    for (int i = 0; i < services.length; i++) {
      try {
        stopQueue(i);
      } catch (RuntimeException failed) {
        defect = defect == null ? failed : defect;
      }
    }
    WorkerPools pools = workers;
    workers = null;
    service = null;
    if (pools != null) {
      pools.stop();
    }
    if (defect != null) {
      throw defect;
    }
  }
}
