package dev.ringside.driver;

import static dev.ringside.virtio.spec.VhostUserLayout.PACKED_USED_SHIFT;
import static dev.ringside.virtio.spec.VhostUserLayout.PACKED_WRAP;

import dev.ringside.machine.Clock;
import dev.ringside.machine.InterruptLine;
import dev.ringside.posix.PosixException;
import dev.ringside.virtio.message.VhostUserException;
import dev.ringside.virtio.spec.BlkConfigLayout;
import dev.ringside.virtio.spec.DeviceId;
import dev.ringside.virtio.spec.DeviceStatus;
import dev.ringside.virtio.spec.Feature;
import dev.ringside.virtio.spec.SplitLayout;
import dev.ringside.virtio.spec.VhostUserProtocolFeature;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The registers of a vhost-user backend: what a driver writes into them is kept here, and told to
 * the backend in messages when the driver is ready.
 *
 * <pre>
 *   reset ---> features, queues: noted ---> DRIVER_OK: memory, inflight, rings ---> runs
 *     ^                                                                           |     |
 *     |          lost, without inflight memory: NEEDS_RESET, and why              |     |
 *     +---------------------------------------------------------------------------+     |
 *                        runs again <--- told once more <--- lost, with it: another connection
 * </pre>
 *
 * <p>A connection that is lost is a device that is reset: its other end does not touch the guest's
 * memory any more. A {@link VhostUserWatch} of its own notices when nobody asks anything.
 */
final class VhostUserRegisters implements DeviceRegisters {
  /** The most descriptors that backends take; a backend has no way to say that it takes fewer. */
  private static final int MAX_QUEUE_SIZE = 1024;

  /** How much of the configuration space every backend has: up to the fields of secure erase. */
  private static final int COMMON_CONFIG = BlkConfigLayout.MAX_SECURE_ERASE_SECTORS;

  private static final long RETRY_NS = 10_000_000L;

  /** Features that need what vhost-user or this frontend has no way for. */
  private static final long IMPOSSIBLE =
      Feature.setOf(
          Feature.ACCESS_PLATFORM,
          Feature.NOTIFICATION_DATA,
          Feature.NOTIF_CONFIG_DATA,
          Feature.SR_IOV,
          Feature.ADMIN_VQ,
          Feature.SUSPEND);

  private static final ValueLayout.OfShort U16 =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt U32 =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final VhostUserTarget target;
  private final Guest guest;
  private final Clock clock;
  private final VhostUserLink link;

  /** Guards what follows, and every request. */
  private final ReentrantLock lock = new ReentrantLock();

  private final @Nullable QueueEvents[] events;
  private final @Nullable VhostUserRing[] rings;
  private final MemorySegment config = Arena.ofAuto().allocate(BlkConfigLayout.SIZE);
  private final VhostUserWatch watch;

  /** Null before the first connection, and while there is none. */
  private @Nullable VhostUserConnection connection;

  private @Nullable InflightMemory inflight;
  private long features;

  /** Whether the rings have been told to the backend. */
  private boolean running;

  /** Whether a backend has been lost, so that the next one stands in for it. */
  private boolean isReplacement;

  /** How many bytes of {@link #config} are what the backend has said; 0 when they are old. */
  private int knownConfig;

  private volatile int status;
  private final AtomicInteger generation = new AtomicInteger();

  /** Why the backend cannot be used any more before a reset. */
  private volatile @Nullable String failure;

  private volatile boolean closed;

  /** Registers without a connection yet. */
  VhostUserRegisters(
      VhostUserTarget target, Guest guest, DriverSettings settings, VhostUserLink link) {
    if (guest.memory().file() == null) {
      throw new BlockDeviceException(
          "the guest's memory cannot be shared with %s: it is no memory file"
              .formatted(target.socket()));
    }
    this.target = target;
    this.guest = guest;
    this.clock = guest.scheduler().clock();
    this.link = link;
    this.events = new QueueEvents[settings.queues()];
    this.rings = new VhostUserRing[settings.queues()];
    this.watch = VhostUserWatch.start(this, guest.scheduler(), settings.queues());
  }

  @Override
  public boolean isLegacy() {
    return false;
  }

  @Override
  public int deviceId() {
    return DeviceId.BLOCK;
  }

  @Override
  public @Nullable String failure() {
    return failure;
  }

  /** Whether the last attempt came to a connection at all, which was then lost. */
  @Override
  public boolean mayComeBack() {
    return failure != null && target.reconnectNs() > 0;
  }

  /**
   * What the driver has set, and NEEDS_RESET when the backend is gone. A loop that polls looks here
   * often, so the backend itself is asked only when it has something to say.
   */
  @Override
  public int status() {
    return failure == null ? status : status | DeviceStatus.NEEDS_RESET;
  }

  @Override
  public void setStatus(int next) {
    lock.lock();
    try {
      if (next == DeviceStatus.RESET) {
        reset();
        return;
      }
      if ((next & DeviceStatus.FAILED) != 0 && connection == null) {
        status = next;
        return;
      }
      VhostUserConnection backend = connected();
      boolean agreesNow = (next & ~status & DeviceStatus.FEATURES_OK) != 0;
      status = next;
      if ((next & DeviceStatus.DRIVER_OK) != 0 && !running) {
        run(backend);
      }
      backend.setStatus(next);
      if (agreesNow) {
        // Only whether it agrees: the other bits are what the driver has set.
        status &= backend.status(next);
      }
    } catch (VhostUserException broken) {
      throw lost(broken);
    } finally {
      lock.unlock();
    }
  }

  private void reset() {
    status = DeviceStatus.RESET;
    VhostUserConnection backend = connection;
    if (backend != null) {
      try {
        stop(backend);
      } catch (VhostUserException broken) {
        disconnect();
      }
    }
    running = false;
    forgetRings();
    forgetInflight();
    failure = null;
  }

  private void stop(VhostUserConnection backend) throws VhostUserException {
    if (!running) {
      return;
    }
    for (int queue = 0; queue < rings.length; queue++) {
      if (rings[queue] != null) {
        backend.stopQueue(queue);
      }
    }
    backend.resetDevice();
  }

  private void forgetRings() {
    for (int queue = 0; queue < rings.length; queue++) {
      rings[queue] = null;
    }
  }

  private void forgetInflight() {
    InflightMemory memory = inflight;
    inflight = null;
    if (memory != null) {
      memory.close();
    }
  }

  /** Tells the backend of memory and rings. */
  private void run(VhostUserConnection backend) throws VhostUserException {
    backend.shareMemoryOnce(guest.memory());
    shareInflight(backend);
    for (int queue = 0; queue < rings.length; queue++) {
      VhostUserRing ring = rings[queue];
      if (ring != null) {
        backend.startQueue(queue, ring, base(ring, false), guest.memory(), eventsOf(queue));
      }
    }
    running = true;
    watch.lookAgain();
    if (isReplacement) {
      isReplacement = false;
      link.countReplaced();
    }
  }

  private void shareInflight(VhostUserConnection backend) throws VhostUserException {
    if (!backend.has(VhostUserProtocolFeature.INFLIGHT_SHMFD)) {
      return;
    }
    int queues = 0;
    int size = 0;
    for (VhostUserRing ring : rings) {
      if (ring != null) {
        queues++;
        size = Math.max(size, ring.size());
      }
    }
    inflight = backend.askInflight(queues, size);
    if (inflight != null) {
      backend.setInflight(inflight);
    }
  }

  /**
   * Where a backend begins in a ring. One that goes on with a split ring learns from the used index
   * what its predecessor has given back, and from the inflight memory what it has not.
   */
  private int base(VhostUserRing ring, boolean goesOn) {
    if (Feature.RING_PACKED.isIn(features)) {
      return PACKED_WRAP | PACKED_WRAP << PACKED_USED_SHIFT;
    }
    return goesOn ? guest.memory().getU16Acquire(ring.deviceArea() + SplitLayout.USED_IDX) : 0;
  }

  @Override
  public long deviceFeatures() {
    lock.lock();
    try {
      return usable(connected().features());
    } finally {
      lock.unlock();
    }
  }

  /** The bits that vhost-user reserves are no features of a device. */
  private static long usable(long offered) {
    return offered & ~(IMPOSSIBLE | VhostUserConnection.RESERVED_FEATURES);
  }

  @Override
  public void setDriverFeatures(long agreed) {
    lock.lock();
    try {
      features = agreed;
      connected().setFeatures(agreed);
    } catch (VhostUserException broken) {
      throw lost(broken);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public int maxQueueSize(int queue) {
    lock.lock();
    try {
      return queue < connected().queueCount() && queue < rings.length ? MAX_QUEUE_SIZE : 0;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void useInterrupt(int queue, boolean used) {
    lock.lock();
    try {
      eventsOf(queue).useInterrupts(used);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public boolean enableQueue(
      int queue, int size, long descriptorArea, long driverArea, long deviceArea) {
    lock.lock();
    try {
      VhostUserRing ring = new VhostUserRing(size, descriptorArea, driverArea, deviceArea);
      QueueEvents own = eventsOf(queue);
      rings[queue] = ring;
      if (running) {
        connected().startQueue(queue, ring, base(ring, false), guest.memory(), own);
      }
      return true;
    } catch (VhostUserException broken) {
      throw lost(broken);
    } finally {
      lock.unlock();
    }
  }

  private QueueEvents eventsOf(int queue) {
    QueueEvents made = events[queue];
    if (made == null) {
      try {
        made = QueueEvents.create();
      } catch (PosixException failed) {
        throw new BlockDeviceException(
            "no eventfds for queue %d: %s".formatted(queue, failed.getMessage()));
      }
      events[queue] = made;
    }
    return made;
  }

  @Override
  public boolean resetQueue(int queue) {
    lock.lock();
    try {
      connected().stopQueue(queue);
      rings[queue] = null;
      return true;
    } catch (VhostUserException broken) {
      throw lost(broken);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void notifyQueue(int queue, int position) {
    made(queue).kick();
  }

  @Override
  public InterruptLine line(int queue) {
    return made(queue);
  }

  @Override
  public int acknowledgeInterrupt(int queue) {
    return made(queue).takeReasons();
  }

  @Override
  public void wake(int queue) {
    made(queue).wake();
  }

  /** Queues are made before the driver has them, so nobody needs the lock to use one. */
  private QueueEvents made(int queue) {
    QueueEvents own = events[queue];
    if (own == null) {
      throw new IllegalStateException("queue %d was never enabled".formatted(queue));
    }
    return own;
  }

  @Override
  public int readConfig(int offset, int width) {
    lock.lock();
    try {
      fetchConfig(offset + width);
      return switch (width) {
        case Byte.BYTES -> config.get(ValueLayout.JAVA_BYTE, offset) & 0xff;
        case Short.BYTES -> config.get(U16, offset) & 0xffff;
        default -> config.get(U32, offset);
      };
    } catch (VhostUserException broken) {
      throw lost(broken);
    } finally {
      lock.unlock();
    }
  }

  private void fetchConfig(int end) throws VhostUserException {
    if (end <= knownConfig) {
      return;
    }
    int size = end <= COMMON_CONFIG ? COMMON_CONFIG : BlkConfigLayout.SIZE;
    connected().readConfig(config.asSlice(0, size));
    knownConfig = size;
  }

  @Override
  public void setConfig8(int offset, int value) {
    lock.lock();
    try {
      connected().writeConfig(offset, value);
      knownConfig = 0;
    } catch (VhostUserException broken) {
      throw lost(broken);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public int configGeneration() {
    return generation.get();
  }

  /** The connection, which is made when there is none. */
  private VhostUserConnection connected() {
    VhostUserConnection now = connection;
    if (now != null) {
      return now;
    }
    String reason = failure;
    if (reason != null) {
      throw new BlockDeviceException(reason);
    }
    // A backend that was never there is not waited for.
    VhostUserConnection made = connect(isReplacement ? target.reconnectNs() : 0);
    connection = made;
    knownConfig = 0;
    generation.incrementAndGet();
    watch.lookAgain();
    return made;
  }

  /** Tries until it succeeds, or the time for it is over. */
  private VhostUserConnection connect(long patienceNs) {
    long start = clock.nanoTime();
    while (true) {
      try {
        return VhostUserConnection.open(target);
      } catch (VhostUserException refused) {
        if (closed || clock.nanoTime() - start >= patienceNs) {
          throw new BlockDeviceException(about(refused));
        }
      }
      guest.scheduler().sleep(RETRY_NS);
    }
  }

  private String about(VhostUserException broken) {
    return "the vhost-user backend at %s: %s".formatted(target.socket(), broken.getMessage());
  }

  private void disconnect() {
    VhostUserConnection last = connection;
    connection = null;
    knownConfig = 0;
    if (last != null) {
      last.shutdown();
      watch.retire(last);
      link.countLost();
      isReplacement = true;
    }
  }

  /** The connection is worth nothing any more, as somebody noticed who asked for something. */
  private BlockDeviceException lost(VhostUserException broken) {
    String reason = about(broken);
    disconnect();
    fail(reason);
    return new BlockDeviceException(reason);
  }

  private void fail(String reason) {
    failure = reason;
    for (QueueEvents queue : events) {
      if (queue != null) {
        queue.wake();
      }
    }
  }

  /** What the watch looks at; null while there is no connection. */
  @Nullable VhostUserConnection watched() {
    lock.lock();
    try {
      return connection;
    } finally {
      lock.unlock();
    }
  }

  /** The events of a queue; null when it was never enabled. */
  @Nullable QueueEvents watchedEvents(int queue) {
    lock.lock();
    try {
      return events[queue];
    } finally {
      lock.unlock();
    }
  }

  /** The watch has found the configuration changed. */
  void configChanged(VhostUserConnection seen) {
    lock.lock();
    try {
      if (connection != seen) {
        return;
      }
      knownConfig = 0;
      generation.incrementAndGet();
      int now = seen.status(status);
      if ((now & DeviceStatus.NEEDS_RESET) != 0) {
        fail("the vhost-user backend at %s needs a reset".formatted(target.socket()));
        return;
      }
      for (QueueEvents queue : events) {
        if (queue != null) {
          queue.wake();
        }
      }
    } catch (VhostUserException broken) {
      broken(seen, about(broken));
    } finally {
      lock.unlock();
    }
  }

  /** The watch has found that the backend has no sense; nothing more is wanted of it. */
  void nonsense(VhostUserConnection seen, String what) {
    lock.lock();
    try {
      broken(seen, "the vhost-user backend at %s: %s".formatted(target.socket(), what));
    } finally {
      lock.unlock();
    }
  }

  private void broken(VhostUserConnection seen, String reason) {
    if (connection == seen) {
      disconnect();
      fail(reason);
    }
  }

  /** The watch has found the connection ended. Goes on with another backend where that can be. */
  void ended(VhostUserConnection seen) {
    lock.lock();
    try {
      if (connection != seen) {
        return;
      }
      disconnect();
      if (canGoOn() && goesOn()) {
        isReplacement = false;
        link.countResumed();
      } else {
        fail("the vhost-user backend at %s is gone".formatted(target.socket()));
      }
    } finally {
      lock.unlock();
    }
  }

  /** A packed ring does not tell where its last device stood. */
  private boolean canGoOn() {
    return running
        && inflight != null
        && target.reconnectNs() > 0
        && !Feature.RING_PACKED.isIn(features);
  }

  /** Looks for another backend that can go on; one may die like the last one meanwhile. */
  private boolean goesOn() {
    InflightMemory memory = inflight;
    long start = clock.nanoTime();
    while (memory != null && !closed) {
      long left = target.reconnectNs() - (clock.nanoTime() - start);
      if (left <= 0) {
        return false;
      }
      try {
        VhostUserConnection next = connect(left);
        if (!canReplace(next, memory)) {
          next.close();
          return false;
        }
        goOnWith(next, memory);
        return true;
      } catch (BlockDeviceException gone) {
        return false;
      } catch (VhostUserException diedToo) {
        disconnect();
      }
    }
    return false;
  }

  private boolean canReplace(VhostUserConnection next, InflightMemory memory) {
    return (features & ~next.features()) == 0
        && next.queueCount() >= memory.queues()
        && next.has(VhostUserProtocolFeature.INFLIGHT_SHMFD);
  }

  private void goOnWith(VhostUserConnection next, InflightMemory memory) throws VhostUserException {
    connection = next;
    next.setFeatures(features);
    next.shareMemoryOnce(guest.memory());
    next.setInflight(memory);
    for (int queue = 0; queue < rings.length; queue++) {
      VhostUserRing ring = rings[queue];
      if (ring != null) {
        next.startQueue(queue, ring, base(ring, true), guest.memory(), eventsOf(queue));
      }
    }
    next.setStatus(status);
    generation.incrementAndGet();
    stir();
    watch.lookAgain();
  }

  /** A notification to either side may have been lost with the last backend. */
  private void stir() {
    for (int queue = 0; queue < rings.length; queue++) {
      QueueEvents own = events[queue];
      if (rings[queue] != null && own != null) {
        own.kick();
        own.wake();
      }
    }
  }

  boolean isClosed() {
    return closed;
  }

  /** Ends the connection, and gives everything back. */
  @Override
  public void close() {
    closed = true;
    watch.end();
    lock.lock();
    try {
      VhostUserConnection last = connection;
      connection = null;
      if (last != null) {
        last.close();
      }
      forgetInflight();
      for (QueueEvents queue : events) {
        if (queue != null) {
          queue.close();
        }
      }
    } finally {
      lock.unlock();
    }
  }
}
