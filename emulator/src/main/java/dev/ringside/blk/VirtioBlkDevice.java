package dev.ringside.blk;

import dev.ringside.machine.EventLog;
import dev.ringside.machine.Scheduler;
import dev.ringside.storage.Storage;
import dev.ringside.virtio.queue.DeviceQueue;
import dev.ringside.virtio.queue.QueueConfig;
import dev.ringside.virtio.spec.BlkConfigLayout;
import dev.ringside.virtio.spec.DeviceId;
import dev.ringside.virtio.spec.Feature;
import dev.ringside.virtio.transport.VirtioDevice;
import dev.ringside.virtio.transport.VirtioFunction;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * A virtio block device over a {@link Storage} (virtio 1.4, section 5.2): reads, writes, flushes,
 * discards where the storage has them, and the serial.
 */
public final class VirtioBlkDevice implements VirtioDevice {
  private static final int QUEUES = 1;

  /** Data segments of one request. A power of two less header and status, as drivers like it. */
  private static final int MAX_SEGMENTS = 254;

  private final Storage storage;
  private final Scheduler scheduler;
  private final EventLog events;
  private final BlkSettings settings;
  private final BlkLimits limits;
  private final long features;
  private final ByteBuffer config;
  private final @Nullable QueueService[] services = new QueueService[QUEUES];
  private @Nullable VirtioFunction function;
  private @Nullable WorkerPool workers;

  /** A device that is not started; the storage stays the caller's to close. */
  public VirtioBlkDevice(
      Storage storage, Scheduler scheduler, EventLog events, BlkSettings settings) {
    this.storage = storage;
    this.scheduler = scheduler;
    this.events = events;
    this.settings = settings;
    int segments = Math.clamp(settings.queueSize() - 2L, 1, MAX_SEGMENTS);
    this.features = offered(storage) & settings.offeredFeatures();
    this.limits =
        new BlkLimits(
            segments, Storage.SECTOR_SIZE, Feature.BLK_DISCARD.isIn(features), settings.serial());
    this.config = configSpace();
  }

  private static long offered(Storage storage) {
    long features =
        Feature.setOf(
            Feature.VERSION_1,
            Feature.INDIRECT_DESC,
            Feature.EVENT_IDX,
            Feature.BLK_SEG_MAX,
            Feature.BLK_BLK_SIZE,
            Feature.BLK_FLUSH);
    if (storage.readOnly()) {
      features |= Feature.BLK_RO.mask();
    } else if (storage.discards()) {
      features |= Feature.BLK_DISCARD.mask();
    }
    return features;
  }

  private ByteBuffer configSpace() {
    ByteBuffer space = ByteBuffer.allocate(BlkConfigLayout.SIZE).order(ByteOrder.LITTLE_ENDIAN);
    space.putLong(BlkConfigLayout.CAPACITY, storage.sectors());
    space.putInt(BlkConfigLayout.SEG_MAX, limits.maxSegments());
    space.putInt(BlkConfigLayout.BLK_SIZE, limits.blockSize());
    if (limits.discard()) {
      space.putInt(BlkConfigLayout.MAX_DISCARD_SECTORS, BlkLimits.MAX_DISCARD_SECTORS);
      space.putInt(BlkConfigLayout.MAX_DISCARD_SEG, BlkLimits.MAX_DISCARD_RANGES);
      space.putInt(BlkConfigLayout.DISCARD_SECTOR_ALIGNMENT, 1);
    }
    return space;
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
    return QUEUES;
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
    return switch (width) {
      case Byte.BYTES -> config.get(offset) & 0xffL;
      case Short.BYTES -> config.getShort(offset) & 0xffffL;
      case Integer.BYTES -> config.getInt(offset) & 0xffff_ffffL;
      default -> config.getLong(offset);
    };
  }

  /** No field can be written. */
  @Override
  public void writeConfig(int offset, int width, long value) {}

  @Override
  public void start(VirtioFunction attached, long negotiated) {
    function = attached;
    int capacity = 0;
    for (int i = 0; i < attached.queueCount(); i++) {
      DeviceQueue queue = queueOf(attached, i);
      capacity += queue == null ? 0 : queue.size();
    }
    if (settings.workers() > 0) {
      workers = new WorkerPool(scheduler, events, settings.workers(), capacity);
    }
    resume();
  }

  @Override
  public void startQueue(int index) {
    VirtioFunction attached = function;
    DeviceQueue queue = attached == null ? null : queueOf(attached, index);
    if (attached != null && queue != null && services[index] == null) {
      boolean polling = settings.waiting() == BlkSettings.Waiting.POLLING;
      services[index] =
          new QueueService(
              index, queue, attached, storage, limits, scheduler, workers, polling, events);
    }
  }

  private static @Nullable DeviceQueue queueOf(VirtioFunction function, int index) {
    QueueConfig queue = function.queue(index);
    return queue == null ? null : queue.queue();
  }

  @Override
  public void kick(int queue) {
    QueueService service = services[queue];
    if (service != null) {
      service.kick();
    }
  }

  @Override
  public void stopQueue(int queue) {
    QueueService service = services[queue];
    if (service != null) {
      service.stop();
      services[queue] = null;
    }
  }

  @Override
  public void suspend() {
    for (int i = 0; i < services.length; i++) {
      QueueService service = services[i];
      if (service != null) {
        service.drain();
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
  public void stop() {
    for (int i = 0; i < services.length; i++) {
      stopQueue(i);
    }
    if (workers != null) {
      workers.stop();
      workers = null;
    }
    function = null;
  }
}
