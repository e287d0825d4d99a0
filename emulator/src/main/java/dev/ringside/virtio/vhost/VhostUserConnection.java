package dev.ringside.virtio.vhost;

import static dev.ringside.virtio.spec.VhostUserLayout.*;

import dev.ringside.machine.EventLog;
import dev.ringside.posix.Descriptor;
import dev.ringside.posix.EventDescriptor;
import dev.ringside.posix.Poller;
import dev.ringside.posix.PosixException;
import dev.ringside.posix.UnixSocket;
import dev.ringside.virtio.message.VhostUserChannel;
import dev.ringside.virtio.message.VhostUserException;
import dev.ringside.virtio.message.VhostUserMessage;
import dev.ringside.virtio.queue.RingViolationException;
import dev.ringside.virtio.spec.DeviceStatus;
import dev.ringside.virtio.spec.VhostUserBackendRequest;
import dev.ringside.virtio.spec.VhostUserProtocolFeature;
import dev.ringside.virtio.spec.VhostUserRequest;
import dev.ringside.virtio.transport.VirtioDevice;
import dev.ringside.virtio.transport.VirtioFunction;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One frontend, from its connection to its end: takes its messages one by one, carries each out
 * before the next, and starts the rings that are kicked for the first time. Afterwards nothing is
 * left of it: no task, no descriptor, no mapping.
 */
final class VhostUserConnection implements AutoCloseable {
  /** How long a frontend may take within a message. */
  private static final long PATIENCE_NS = 5_000_000_000L;

  /** Memory slots: as many as QEMU has for a machine. */
  private static final int MEMORY_SLOTS = 509;

  private final VhostUserChannel channel;
  private final VhostUserMessage message = new VhostUserMessage();
  private final ConnectionObserver observer;
  private final EventLog events;
  private final long offeredProtocol;
  private final FrontendMemory memory = new FrontendMemory();
  private final FrontendRings rings;
  private final VhostUserTransport transport;
  private final VirtioFunction function;
  private final EventDescriptor attention;
  private final Poller poller;
  private @Nullable BackendRequests requests;
  private long protocol;

  /** The device status as the frontend has written it. */
  private int status;

  private boolean toldOfViolation;

  /**
   * A connection on a socket, which it closes.
   *
   * @param offeredProtocol a set of protocol features
   * @param observer is told what happens
   */
  VhostUserConnection(
      UnixSocket socket,
      VirtioDevice device,
      EventLog events,
      long offeredProtocol,
      ConnectionObserver observer)
      throws PosixException {
    this.channel = new VhostUserChannel(socket, PATIENCE_NS);
    this.events = events;
    this.offeredProtocol = offeredProtocol;
    this.observer = observer;
    this.attention = EventDescriptor.create();
    this.rings = new FrontendRings(device.queueCount(), memory);
    this.transport = new VhostUserTransport(rings.all(), this::attend);
    this.function = new VirtioFunction(memory.memory(), device, transport);
    rings.attach(function);
    this.poller = new Poller(2 + device.queueCount());
  }

  /** What carries the device for this frontend. */
  VirtioFunction function() {
    return function;
  }

  List<FrontendRing> rings() {
    return rings.all();
  }

  /** From any task: look at what has become of the device. */
  private void attend() {
    try {
      attention.signal();
    } catch (PosixException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** Ends the connection; from any thread. */
  void shutdown() {
    channel.shutdown();
  }

  /**
   * Serves the frontend until it ends the connection.
   *
   * @throws IOException when it breaks the protocol, or the device cannot go on
   */
  void run() throws IOException {
    while (true) {
      awaitSomething();
      if (attention.take() != 0) {
        lookAtDevice();
      }
      if (poller.isReported(0)) {
        if (!channel.receive(message, Poller.FOREVER)) {
          return;
        }
        handle();
      } else {
        // After the messages: a kick may have been sent behind one that it depends on.
        startKicked();
      }
    }
  }

  private void startKicked() throws IOException {
    for (FrontendRing ring : rings.all()) {
      RingKick kick = ring.kick;
      if (kick != null && !ring.started && kick.take()) {
        start(ring);
      }
    }
  }

  private void awaitSomething() throws PosixException {
    poller.clear();
    poller.add(channel.descriptor(), Poller.READABLE);
    poller.add(attention.descriptor(), Poller.READABLE);
    for (FrontendRing ring : rings.all()) {
      RingKick kick = ring.kick;
      if (kick != null && !ring.started) {
        Descriptor kicked = kick.descriptor();
        if (kicked != null) {
          poller.add(kicked, Poller.READABLE);
        }
      }
    }
    poller.await(Poller.FOREVER);
  }

  private void start(FrontendRing ring) throws IOException {
    try {
      rings.start(ring);
    } catch (RefusedRequestException refused) {
      // Nobody waits for an answer to a kick.
      tellError(ring);
      throw new VhostUserException(String.valueOf(refused.getMessage()), refused);
    }
  }

  /** The configuration has changed, or the device is broken: by its driver, or by a defect. */
  private void lookAtDevice() throws IOException {
    if (!function.needsReset()) {
      toldOfViolation = false;
      if (requests != null) {
        requests.configChange();
      }
      return;
    }
    RingViolationException violation = function.violation();
    if (violation == null) {
      // The task that failed tells why, when it is joined.
      rings.reset();
      throw new VhostUserException("the device cannot go on");
    }
    if (!toldOfViolation) {
      toldOfViolation = true;
      observer.broken(violation);
      for (FrontendRing ring : rings.all()) {
        tellError(ring);
      }
      if (requests != null) {
        requests.configChange();
      }
    }
  }

  private void tellError(FrontendRing ring) throws IOException {
    BackendRequests to = requests;
    if (ring.error.isSet()) {
      ring.error.signal();
    } else if (to != null && has(VhostUserProtocolFeature.INBAND_NOTIFICATIONS)) {
      to.notify(VhostUserBackendRequest.VRING_ERR, ring.number);
    }
  }

  private boolean has(VhostUserProtocolFeature feature) {
    return feature.isIn(protocol);
  }

  private void handle() throws IOException {
    VhostUserRequest request = VhostUserRequest.of(message.request());
    boolean wanted = message.needsReply();
    try {
      if (request == null) {
        throw new RefusedRequestException(
            "message %d is none of vhost-user's".formatted(message.request()));
      }
      VhostUserChannel.checkRequest(message, request);
      requireFeature(request);
      carryOut(request);
      // Asked now: the message that agrees on answers may want one itself.
      if (wanted && !request.isAnswered() && has(VhostUserProtocolFeature.REPLY_ACK)) {
        reply(0);
      }
    } catch (RefusedRequestException refused) {
      String what = (request == null ? "" : request.name() + ": ") + refused.getMessage();
      if (!wanted
          || !has(VhostUserProtocolFeature.REPLY_ACK)
          || (request != null && request.isAnswered())) {
        throw new VhostUserException(what, refused);
      }
      observer.refused(what);
      reply(1);
    }
  }

  private void reply(long value) throws VhostUserException {
    message.beginReply(U64_SIZE);
    message.setU64(0, value);
    channel.send(message, List.of());
  }

  private void requireFeature(VhostUserRequest request) throws RefusedRequestException {
    VhostUserProtocolFeature needed =
        switch (request) {
          case GET_QUEUE_NUM -> VhostUserProtocolFeature.MQ;
          case GET_CONFIG, SET_CONFIG -> VhostUserProtocolFeature.CONFIG;
          case SET_BACKEND_REQ_FD -> VhostUserProtocolFeature.BACKEND_REQ;
          case GET_INFLIGHT_FD, SET_INFLIGHT_FD -> VhostUserProtocolFeature.INFLIGHT_SHMFD;
          case RESET_DEVICE -> VhostUserProtocolFeature.RESET_DEVICE;
          case VRING_KICK -> VhostUserProtocolFeature.INBAND_NOTIFICATIONS;
          case GET_MAX_MEM_SLOTS, ADD_MEM_REG, REM_MEM_REG ->
              VhostUserProtocolFeature.CONFIGURE_MEM_SLOTS;
          case GET_STATUS, SET_STATUS -> VhostUserProtocolFeature.STATUS;
          default -> null;
        };
    if (needed != null && !has(needed)) {
      throw new RefusedRequestException("protocol feature %s was not agreed on".formatted(needed));
    }
  }

  private void carryOut(VhostUserRequest request) throws IOException {
    switch (request) {
      case GET_FEATURES -> reply(offeredFeatures() | F_PROTOCOL_FEATURES);
      case SET_FEATURES -> setFeatures(message.getU64(0));
      case GET_PROTOCOL_FEATURES -> reply(offeredProtocol);
      case SET_PROTOCOL_FEATURES -> setProtocolFeatures(message.getU64(0));
      case GET_QUEUE_NUM -> reply(rings.all().size());
      case SET_OWNER, RESET_OWNER -> {}
      case RESET_DEVICE -> reset();
      case SET_MEM_TABLE -> setMemoryTable();
      case GET_MAX_MEM_SLOTS -> reply(MEMORY_SLOTS);
      case ADD_MEM_REG -> addRegion();
      case REM_MEM_REG -> {
        FrontendMemory.Region region = region(SLOT_HEADER_SIZE);
        rings.whileHalted(() -> memory.remove(region));
      }
      case SET_VRING_NUM -> setSize();
      case SET_VRING_ADDR -> setAddresses();
      case SET_VRING_BASE -> rings.stopped(index(), "the base").setBase(message.getU32(STATE_NUM));
      case GET_VRING_BASE -> stopRing();
      case SET_VRING_KICK -> setKick();
      case SET_VRING_CALL -> ring().call.replace(event());
      case SET_VRING_ERR -> ring().error.replace(event());
      case SET_VRING_ENABLE -> rings.setEnabled(rings.get(index()), message.getU32(STATE_NUM) != 0);
      case VRING_KICK -> kick(rings.get(index()));
      case GET_CONFIG -> getConfig();
      case SET_CONFIG -> setConfig();
      case SET_BACKEND_REQ_FD -> setBackendRequests();
      case GET_INFLIGHT_FD -> getInFlight();
      case SET_INFLIGHT_FD -> setInFlight();
      case GET_STATUS -> reply(status());
      case SET_STATUS -> setStatus(message.getU64(0));
      case SET_LOG_BASE,
          SET_LOG_FD,
          SEND_RARP,
          NET_SET_MTU,
          IOTLB_MSG,
          SET_VRING_ENDIAN,
          CREATE_CRYPTO_SESSION,
          CLOSE_CRYPTO_SESSION,
          POSTCOPY_ADVISE,
          POSTCOPY_LISTEN,
          POSTCOPY_END,
          GPU_SET_SOCKET,
          GET_SHARED_OBJECT,
          SET_DEVICE_STATE_FD,
          CHECK_DEVICE_STATE ->
          throw new RefusedRequestException("its feature was not offered");
    }
  }

  private long offeredFeatures() {
    return Integer.toUnsignedLong(function.deviceFeatures(0))
        | (long) function.deviceFeatures(1) << Integer.SIZE;
  }

  /** Without protocol features there are no messages that enable a ring. */
  private void setFeatures(long chosen) throws RefusedRequestException {
    rings.agree(chosen & ~F_PROTOCOL_FEATURES);
    if ((chosen & F_PROTOCOL_FEATURES) == 0) {
      for (FrontendRing ring : rings.all()) {
        rings.setEnabled(ring, true);
      }
    }
    rings.settleAll();
  }

  private void setProtocolFeatures(long chosen) throws RefusedRequestException {
    if ((chosen & ~offeredProtocol) != 0) {
      throw new RefusedRequestException(
          "features 0x%x were not offered".formatted(chosen & ~offeredProtocol));
    }
    long needed =
        VhostUserProtocolFeature.setOf(
            VhostUserProtocolFeature.BACKEND_REQ, VhostUserProtocolFeature.REPLY_ACK);
    if (VhostUserProtocolFeature.INBAND_NOTIFICATIONS.isIn(chosen) && (chosen & needed) != needed) {
      throw new RefusedRequestException("INBAND_NOTIFICATIONS needs BACKEND_REQ and REPLY_ACK");
    }
    protocol = chosen;
    // With STATUS, the frontend says when the driver is ready.
    rings.setReady(!has(VhostUserProtocolFeature.STATUS) || isDriverReady());
  }

  private boolean isDriverReady() {
    return (status & DeviceStatus.DRIVER_OK) != 0;
  }

  private int status() {
    return status | (function.needsReset() ? DeviceStatus.NEEDS_RESET : 0);
  }

  private void setStatus(long value) throws RefusedRequestException {
    if ((value & ~0xff) != 0) {
      throw new RefusedRequestException("a device status of 0x%x".formatted(value));
    }
    status = (int) value;
    if (status == DeviceStatus.RESET) {
      reset();
    } else {
      rings.setReady(isDriverReady());
    }
  }

  private void reset() {
    rings.reset();
    status = DeviceStatus.RESET;
  }

  private FrontendMemory.Region region(int at) {
    return new FrontendMemory.Region(
        message.getU64(at + REGION_GUEST_ADDRESS),
        message.getU64(at + REGION_BYTES),
        message.getU64(at + REGION_USER_ADDRESS),
        message.getU64(at + REGION_FILE_OFFSET));
  }

  /** All regions at once, in the place of those before. */
  private void setMemoryTable() throws RefusedRequestException {
    int count = message.getU32(TABLE_REGIONS);
    if (count < 0
        || count > MAX_REGIONS
        || message.size() < regionOffset(count)
        || message.descriptors().size() != count) {
      throw new RefusedRequestException(
          "%d regions in %d bytes with %d descriptors"
              .formatted(
                  Integer.toUnsignedLong(count), message.size(), message.descriptors().size()));
    }
    rings.whileHalted(
        () -> {
          memory.clear();
          boolean well = false;
          try {
            for (int i = 0; i < count; i++) {
              try (Descriptor file = message.descriptors().take()) {
                memory.add(region(regionOffset(i)), file);
              }
            }
            well = true;
          } finally {
            if (!well) {
              memory.clear();
            }
          }
        });
  }

  private void addRegion() throws RefusedRequestException {
    if (memory.size() == MEMORY_SLOTS) {
      throw new RefusedRequestException("all %d memory slots are taken".formatted(MEMORY_SLOTS));
    }
    try (Descriptor file = message.descriptors().take()) {
      memory.add(region(SLOT_HEADER_SIZE), file);
    }
  }

  private long index() {
    return Integer.toUnsignedLong(message.getU32(STATE_INDEX));
  }

  private void setSize() throws RefusedRequestException {
    long descriptors = Integer.toUnsignedLong(message.getU32(STATE_NUM));
    FrontendRing ring = rings.stopped(index(), "the size");
    var queue = function.queue(ring.number);
    int max = queue == null ? 0 : queue.maxSize();
    if (descriptors < 1 || descriptors > max) {
      throw new RefusedRequestException(
          "queue %d of %d descriptors: not 1 to %d".formatted(ring.number, descriptors, max));
    }
    ring.setSize((int) descriptors);
  }

  private void setAddresses() throws RefusedRequestException {
    FrontendRing ring = rings.get(Integer.toUnsignedLong(message.getU32(ADDRESS_INDEX)));
    if ((message.getU32(ADDRESS_FLAGS) & ADDRESS_F_LOG) != 0) {
      throw new RefusedRequestException("a log of the used ring, which was not offered");
    }
    long descriptors = message.getU64(ADDRESS_DESCRIPTORS);
    long used = message.getU64(ADDRESS_USED);
    long available = message.getU64(ADDRESS_AVAILABLE);
    if (ring.running) {
      rings.whileHalted(() -> ring.place(descriptors, available, used));
    } else {
      ring.place(descriptors, available, used);
    }
  }

  private void stopRing() throws IOException {
    FrontendRing ring = rings.get(index());
    int base = rings.stop(ring);
    message.beginReply(STATE_SIZE);
    message.setU32(STATE_INDEX, ring.number);
    message.setU32(STATE_NUM, base);
    channel.send(message, List.of());
  }

  /** The ring that a message with a descriptor names. */
  private FrontendRing ring() throws RefusedRequestException {
    long value = message.getU64(0);
    boolean without = (value & VRING_NO_DESCRIPTOR) != 0;
    if ((value & ~(VRING_INDEX_MASK | VRING_NO_DESCRIPTOR)) != 0
        || without != message.descriptors().isEmpty()) {
      throw new RefusedRequestException(
          "value 0x%x with %d descriptors".formatted(value, message.descriptors().size()));
    }
    return rings.get(value & VRING_INDEX_MASK);
  }

  /** The descriptor that came along, if one did. */
  private @Nullable EventDescriptor event() throws RefusedRequestException {
    if (message.descriptors().isEmpty()) {
      return null;
    }
    Descriptor descriptor = message.descriptors().take();
    try {
      return EventDescriptor.adopt(descriptor);
    } catch (PosixException failure) {
      descriptor.close();
      throw new RefusedRequestException("its descriptor", failure);
    }
  }

  private void setKick() throws IOException {
    FrontendRing ring = ring();
    EventDescriptor event = event();
    if (event != null && !event.isEventDescriptor()) {
      event.close();
      throw new RefusedRequestException("its descriptor is no eventfd");
    }
    boolean wasStarted = ring.started;
    if (wasStarted) {
      rings.stop(ring);
    }
    ring.closeKick();
    setKick(ring, event);
    RingKick kick = ring.kick;
    if (wasStarted || (kick != null && kick.isPolled()) || rings.isLeft(ring)) {
      rings.start(ring);
    }
  }

  private void setKick(FrontendRing ring, @Nullable EventDescriptor event) throws PosixException {
    ring.kick =
        new RingKick(
            ring.number,
            event,
            has(VhostUserProtocolFeature.INBAND_NOTIFICATIONS),
            ring.kicks,
            events.track("notify-" + ring.number));
  }

  private void kick(FrontendRing ring) throws IOException {
    if (ring.kick == null) {
      setKick(ring, null);
    }
    RingKick kick = ring.kick;
    if (kick != null) {
      kick.kicked();
    }
    if (!ring.started) {
      rings.start(ring);
    }
  }

  /** What cannot be read is answered without any of the space. */
  private void getConfig() throws IOException {
    int offset = message.getU32(CONFIG_OFFSET);
    int bytes = message.getU32(CONFIG_BYTES);
    boolean well =
        offset >= 0 && bytes >= 0 && offset <= MAX_CONFIG && bytes <= MAX_CONFIG - offset;
    int size = well ? bytes : 0;
    message.beginReply(CONFIG_HEADER_SIZE + size);
    message.setU32(CONFIG_OFFSET, offset);
    message.setU32(CONFIG_BYTES, size);
    int generation;
    do {
      generation = function.configGeneration();
      for (int i = 0; i < size; i++) {
        message.setU8(CONFIG_HEADER_SIZE + i, (int) function.readConfig(offset + i, 1));
      }
    } while (function.configGeneration() != generation);
    channel.send(message, List.of());
  }

  private void setConfig() throws RefusedRequestException {
    int offset = message.getU32(CONFIG_OFFSET);
    int bytes = message.getU32(CONFIG_BYTES);
    if (offset < 0
        || bytes < 0
        || offset > MAX_CONFIG
        || bytes > MAX_CONFIG - offset
        || message.size() < CONFIG_HEADER_SIZE + bytes) {
      throw new RefusedRequestException(
          "%d bytes at %d in a message of %d"
              .formatted(
                  Integer.toUnsignedLong(bytes), Integer.toUnsignedLong(offset), message.size()));
    }
    // The only field that can be written is a byte.
    for (int i = 0; i < bytes; i++) {
      function.writeConfig(offset + i, 1, message.getU8(CONFIG_HEADER_SIZE + i));
    }
  }

  private void setBackendRequests() {
    BackendRequests next =
        new BackendRequests(
            new VhostUserChannel(UnixSocket.adopt(message.descriptors().take()), PATIENCE_NS));
    if (requests != null) {
      requests.close();
    }
    requests = next;
    if (has(VhostUserProtocolFeature.INBAND_NOTIFICATIONS)) {
      transport.setInBand(next);
    }
  }

  private void getInFlight() throws IOException {
    int queues = message.getU16(INFLIGHT_QUEUES);
    int queueSize = message.getU16(INFLIGHT_QUEUE_SIZE);
    checkInFlight(queues, queueSize);
    try (Descriptor file = InFlightMemory.create(queues, queueSize)) {
      message.beginReply(message.size());
      message.setU64(INFLIGHT_MAP_SIZE, InFlightMemory.bytes(queues, queueSize));
      message.setU16(INFLIGHT_QUEUES, queues);
      message.setU16(INFLIGHT_QUEUE_SIZE, queueSize);
      channel.send(message, List.of(file));
    }
  }

  private void checkInFlight(int queues, int queueSize) throws RefusedRequestException {
    var queue = function.queue(0);
    int max = queue == null ? 0 : queue.maxSize();
    if (queues < 1 || queues > rings.all().size() || queueSize < 1 || queueSize > max) {
      throw new RefusedRequestException(
          "%d queues of %d descriptors, where there are %d of %d"
              .formatted(queues, queueSize, rings.all().size(), max));
    }
  }

  private void setInFlight() throws RefusedRequestException {
    int queues = message.getU16(INFLIGHT_QUEUES);
    int queueSize = message.getU16(INFLIGHT_QUEUE_SIZE);
    checkInFlight(queues, queueSize);
    try (Descriptor file = message.descriptors().take()) {
      rings.noteInFlight(
          InFlightMemory.map(
              file,
              message.getU64(INFLIGHT_MAP_OFFSET),
              message.getU64(INFLIGHT_MAP_SIZE),
              queues,
              queueSize));
    }
  }

  /**
   * Ends the device's work and gives everything back.
   *
   * @throws IllegalStateException when one of the device's tasks failed; everything is given back
   *     all the same
   */
  @Override
  public void close() {
    // A task that waits for the frontend's attention must not keep the others.
    channel.shutdown();
    BackendRequests ended = requests;
    if (ended != null) {
      ended.shutdown();
    }
    try {
      rings.close();
    } finally {
      if (ended != null) {
        ended.close();
      }
      message.close();
      memory.close();
      attention.close();
      channel.close();
    }
  }
}
