package dev.ringside.driver;

import static dev.ringside.virtio.spec.VhostUserLayout.*;

import dev.ringside.machine.GuestMemory;
import dev.ringside.posix.Descriptor;
import dev.ringside.posix.Poller;
import dev.ringside.posix.PosixException;
import dev.ringside.posix.UnixSocket;
import dev.ringside.virtio.message.VhostUserChannel;
import dev.ringside.virtio.message.VhostUserException;
import dev.ringside.virtio.message.VhostUserMessage;
import dev.ringside.virtio.spec.VhostUserBackendRequest;
import dev.ringside.virtio.spec.VhostUserProtocolFeature;
import dev.ringside.virtio.spec.VhostUserRequest;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One connection to a vhost-user backend: its requests and answers, each checked. After any {@link
 * VhostUserException} the connection is worth nothing any more.
 *
 * <p>One thread at a time makes requests; one thread, which may be another, listens to the
 * backend's.
 */
final class VhostUserConnection implements AutoCloseable {
  /** What this frontend can do; the backend chooses. */
  private static final long SUPPORTED =
      VhostUserProtocolFeature.setOf(
          VhostUserProtocolFeature.MQ,
          VhostUserProtocolFeature.REPLY_ACK,
          VhostUserProtocolFeature.BACKEND_REQ,
          VhostUserProtocolFeature.CONFIG,
          VhostUserProtocolFeature.INFLIGHT_SHMFD,
          VhostUserProtocolFeature.RESET_DEVICE,
          VhostUserProtocolFeature.CONFIGURE_MEM_SLOTS,
          VhostUserProtocolFeature.STATUS);

  /** Bits that are no features of a device. */
  static final long RESERVED_FEATURES = F_PROTOCOL_FEATURES | F_LOG_ALL;

  /** The most queues that a vring index can name. */
  private static final int MAX_QUEUES = 256;

  private final VhostUserChannel requests;
  private final VhostUserMessage message = new VhostUserMessage();
  private final VhostUserMessage backendMessage = new VhostUserMessage();
  private final long patienceNs;
  private final long features;
  private final long protocolFeatures;
  private final int queueCount;
  private final @Nullable VhostUserChannel backendRequests;
  private boolean memoryShared;

  private VhostUserConnection(UnixSocket socket, long patienceNs) throws VhostUserException {
    this.requests = new VhostUserChannel(socket, patienceNs);
    this.patienceNs = patienceNs;
    features = askNumber(VhostUserRequest.GET_FEATURES);
    if ((features & F_PROTOCOL_FEATURES) == 0) {
      throw new VhostUserException(
          "it does not offer protocol features, without which a disk has no size");
    }
    protocolFeatures = askNumber(VhostUserRequest.GET_PROTOCOL_FEATURES) & SUPPORTED;
    if (!has(VhostUserProtocolFeature.CONFIG)) {
      throw new VhostUserException("it does not offer CONFIG, without which a disk has no size");
    }
    tellNumber(VhostUserRequest.SET_PROTOCOL_FEATURES, protocolFeatures, false);
    begin(VhostUserRequest.SET_OWNER, 0);
    tell(VhostUserRequest.SET_OWNER, List.of());
    queueCount = has(VhostUserProtocolFeature.MQ) ? askQueueCount() : 1;
    backendRequests = has(VhostUserProtocolFeature.BACKEND_REQ) ? openBackendRequests() : null;
  }

  /**
   * Connects and agrees on the protocol.
   *
   * @throws VhostUserException when there is no backend, or not one for a disk
   */
  static VhostUserConnection open(VhostUserTarget target) throws VhostUserException {
    UnixSocket socket;
    try {
      socket = UnixSocket.connect(target.socket());
    } catch (PosixException failure) {
      throw new VhostUserException(String.valueOf(failure.getMessage()), failure);
    }
    boolean agreed = false;
    try {
      VhostUserConnection connection = new VhostUserConnection(socket, target.patienceNs());
      agreed = true;
      return connection;
    } finally {
      if (!agreed) {
        socket.close();
      }
    }
  }

  /** The virtio features that the backend offers, with the bits that vhost-user reserves. */
  long features() {
    return features;
  }

  /** Whether frontend and backend agreed on a protocol feature. */
  boolean has(VhostUserProtocolFeature feature) {
    return feature.isIn(protocolFeatures);
  }

  int queueCount() {
    return queueCount;
  }

  private int askQueueCount() throws VhostUserException {
    long count = askNumber(VhostUserRequest.GET_QUEUE_NUM);
    if (Long.compareUnsigned(count, 1) < 0 || Long.compareUnsigned(count, MAX_QUEUES) > 0) {
      throw new VhostUserException("it has %s queues".formatted(Long.toUnsignedString(count)));
    }
    return (int) count;
  }

  private VhostUserChannel openBackendRequests() throws VhostUserException {
    UnixSocket.Pair pair;
    try {
      pair = UnixSocket.pair();
    } catch (PosixException failure) {
      throw new VhostUserException(String.valueOf(failure.getMessage()), failure);
    }
    boolean sent = false;
    try (UnixSocket theirs = pair.second()) {
      begin(VhostUserRequest.SET_BACKEND_REQ_FD, 0);
      tell(VhostUserRequest.SET_BACKEND_REQ_FD, List.of(theirs.descriptor()));
      sent = true;
    } finally {
      if (!sent) {
        pair.first().close();
      }
    }
    return new VhostUserChannel(pair.first(), patienceNs);
  }

  /** What this side asks the backend for; readable or hung up when the connection ends. */
  Descriptor descriptor() {
    return requests.descriptor();
  }

  /** Where the backend asks; null when it cannot. */
  @Nullable Descriptor backendDescriptor() {
    return backendRequests == null ? null : backendRequests.descriptor();
  }

  void setFeatures(long agreed) throws VhostUserException {
    tellNumber(VhostUserRequest.SET_FEATURES, agreed | F_PROTOCOL_FEATURES, acknowledges());
  }

  /** Gives the backend all of the guest's memory, unless it has it. */
  void shareMemoryOnce(GuestMemory memory) throws VhostUserException {
    if (!memoryShared) {
      shareMemory(memory);
      memoryShared = true;
    }
  }

  private void shareMemory(GuestMemory memory) throws VhostUserException {
    Descriptor file = Objects.requireNonNull(memory.file());
    long low = memory.lowEnd();
    long high = memory.size() - low;
    if (has(VhostUserProtocolFeature.CONFIGURE_MEM_SLOTS)) {
      addRegion(memory, file, 0, low);
      if (high > 0) {
        addRegion(memory, file, low, high);
      }
      return;
    }
    int regions = high > 0 ? 2 : 1;
    begin(VhostUserRequest.SET_MEM_TABLE, regionOffset(regions));
    message.setU32(TABLE_REGIONS, regions);
    putRegion(regionOffset(0), memory, 0, low);
    if (high > 0) {
      putRegion(regionOffset(1), memory, low, high);
    }
    tell(VhostUserRequest.SET_MEM_TABLE, high > 0 ? List.of(file, file) : List.of(file));
  }

  private void addRegion(GuestMemory memory, Descriptor file, long offset, long size)
      throws VhostUserException {
    begin(VhostUserRequest.ADD_MEM_REG, SLOT_SIZE);
    putRegion(SLOT_HEADER_SIZE, memory, offset, size);
    tell(VhostUserRequest.ADD_MEM_REG, List.of(file));
  }

  private void putRegion(int at, GuestMemory memory, long offset, long size) {
    message.setU64(at + REGION_GUEST_ADDRESS, memory.address(offset));
    message.setU64(at + REGION_BYTES, size);
    message.setU64(at + REGION_USER_ADDRESS, userAddress(memory, memory.address(offset)));
    message.setU64(at + REGION_FILE_OFFSET, offset);
  }

  /** Where the frontend itself sees a guest address: what vring addresses are told in. */
  private static long userAddress(GuestMemory memory, long guestAddress) {
    return memory.segment().address() + memory.checkedOffset(guestAddress, 1);
  }

  /**
   * Where a ring lies.
   *
   * @param base what the backend goes on from, as SET_VRING_BASE has it
   */
  void startQueue(int queue, VhostUserRing ring, int base, GuestMemory memory, QueueEvents events)
      throws VhostUserException {
    tellState(VhostUserRequest.SET_VRING_NUM, queue, ring.size());
    tellState(VhostUserRequest.SET_VRING_BASE, queue, base);
    begin(VhostUserRequest.SET_VRING_ADDR, ADDRESS_SIZE);
    message.setU32(ADDRESS_INDEX, queue);
    message.setU64(ADDRESS_DESCRIPTORS, userAddress(memory, ring.descriptorArea()));
    message.setU64(ADDRESS_AVAILABLE, userAddress(memory, ring.driverArea()));
    message.setU64(ADDRESS_USED, userAddress(memory, ring.deviceArea()));
    tell(VhostUserRequest.SET_VRING_ADDR, List.of());
    tellEvent(VhostUserRequest.SET_VRING_ERR, queue, events.errorDescriptor());
    tellEvent(
        VhostUserRequest.SET_VRING_CALL,
        queue,
        events.usesInterrupts() ? events.callDescriptor() : null);
    tellEvent(VhostUserRequest.SET_VRING_KICK, queue, events.kickDescriptor());
    tellState(VhostUserRequest.SET_VRING_ENABLE, queue, 1);
  }

  /** Stops a queue; when this returns the backend does not touch its ring any more. */
  void stopQueue(int queue) throws VhostUserException {
    begin(VhostUserRequest.GET_VRING_BASE, STATE_SIZE);
    message.setU32(STATE_INDEX, queue);
    ask(VhostUserRequest.GET_VRING_BASE, STATE_SIZE, STATE_SIZE, 0);
    int answered = message.getU32(STATE_INDEX);
    if (answered != queue) {
      throw new VhostUserException(
          "GET_VRING_BASE of queue %d is answered for queue %d".formatted(queue, answered));
    }
    tellState(VhostUserRequest.SET_VRING_ENABLE, queue, 0);
  }

  /** Resets the device as far as the backend knows how to. Its queues have been stopped. */
  void resetDevice() throws VhostUserException {
    if (has(VhostUserProtocolFeature.RESET_DEVICE)) {
      begin(VhostUserRequest.RESET_DEVICE, 0);
      tell(VhostUserRequest.RESET_DEVICE, List.of());
    }
    setStatus(0);
  }

  /** Passes the device status on, when the backend wants to know it. */
  void setStatus(int status) throws VhostUserException {
    if (has(VhostUserProtocolFeature.STATUS)) {
      tellNumber(VhostUserRequest.SET_STATUS, status, acknowledges());
    }
  }

  /** The device status, or what it should be when the backend does not know it. */
  int status(int expected) throws VhostUserException {
    return has(VhostUserProtocolFeature.STATUS)
        ? (int) askNumber(VhostUserRequest.GET_STATUS) & 0xff
        : expected;
  }

  /**
   * Reads the start of the configuration space.
   *
   * @param target gets as many bytes as it has, at most 256
   */
  void readConfig(MemorySegment target) throws VhostUserException {
    int size = (int) target.byteSize();
    begin(VhostUserRequest.GET_CONFIG, CONFIG_HEADER_SIZE + size);
    message.setU32(CONFIG_BYTES, size);
    ask(VhostUserRequest.GET_CONFIG, 0, CONFIG_HEADER_SIZE + size, 0);
    if (message.size() != CONFIG_HEADER_SIZE + size
        || message.getU32(CONFIG_OFFSET) != 0
        || message.getU32(CONFIG_BYTES) != size) {
      throw new VhostUserException(
          "GET_CONFIG of %d bytes is answered with a payload of %d, which is not these"
              .formatted(size, message.size()));
    }
    MemorySegment.copy(message.payload(), CONFIG_HEADER_SIZE, target, 0, size);
  }

  /** Writes one byte of the configuration space. */
  void writeConfig(int offset, int value) throws VhostUserException {
    begin(VhostUserRequest.SET_CONFIG, CONFIG_HEADER_SIZE + 1);
    message.setU32(CONFIG_OFFSET, offset);
    message.setU32(CONFIG_BYTES, 1);
    message.setU32(CONFIG_FLAGS, CONFIG_F_WRITABLE);
    message.payload().set(ValueLayout.JAVA_BYTE, CONFIG_HEADER_SIZE, (byte) value);
    tell(VhostUserRequest.SET_CONFIG, List.of());
  }

  /** Asks for memory in which the backend notes what is in flight; null when it has none. */
  @Nullable InflightMemory askInflight(int queues, int queueSize) throws VhostUserException {
    begin(VhostUserRequest.GET_INFLIGHT_FD, INFLIGHT_SIZE);
    message.setU16(INFLIGHT_QUEUES, queues);
    message.setU16(INFLIGHT_QUEUE_SIZE, queueSize);
    send(VhostUserRequest.GET_INFLIGHT_FD, List.of());
    awaitReply();
    // A backend that cannot answers with a size of zero, and no descriptor.
    int descriptors = Math.min(message.descriptors().size(), 1);
    VhostUserChannel.checkReply(
        message, VhostUserRequest.GET_INFLIGHT_FD, INFLIGHT_MIN_SIZE, INFLIGHT_SIZE, descriptors);
    long size = message.getU64(INFLIGHT_MAP_SIZE);
    if (size == 0 || descriptors == 0) {
      message.close();
      return null;
    }
    return new InflightMemory(
        message.descriptors().take(), size, message.getU64(INFLIGHT_MAP_OFFSET), queues, queueSize);
  }

  /** Hands that memory to the backend, which may be another one than it came from. */
  void setInflight(InflightMemory memory) throws VhostUserException {
    begin(VhostUserRequest.SET_INFLIGHT_FD, INFLIGHT_SIZE);
    message.setU64(INFLIGHT_MAP_SIZE, memory.size());
    message.setU64(INFLIGHT_MAP_OFFSET, memory.offset());
    message.setU16(INFLIGHT_QUEUES, memory.queues());
    message.setU16(INFLIGHT_QUEUE_SIZE, memory.queueSize());
    tell(VhostUserRequest.SET_INFLIGHT_FD, List.of(memory.file()));
  }

  /**
   * Receives what the backend asks for, and answers.
   *
   * @return what it wants; null when it has ended that part of the connection
   * @throws VhostUserException when it is nothing that a disk asks for
   */
  @Nullable VhostUserBackendRequest nextBackendRequest() throws VhostUserException {
    VhostUserChannel channel = Objects.requireNonNull(backendRequests);
    if (!channel.receive(backendMessage, Poller.FOREVER)) {
      return null;
    }
    VhostUserBackendRequest request = VhostUserBackendRequest.of(backendMessage.request());
    if (request == null) {
      backendMessage.close();
      throw new VhostUserException(
          "it makes request %d, which is unknown".formatted(backendMessage.request()));
    }
    VhostUserChannel.checkRequest(backendMessage, request);
    if (request != VhostUserBackendRequest.CONFIG_CHANGE_MSG) {
      backendMessage.close();
      throw new VhostUserException("it makes request %s, which no disk makes".formatted(request));
    }
    if (backendMessage.needsReply()) {
      backendMessage.beginReply(U64_SIZE);
      channel.send(backendMessage, List.of());
    }
    return request;
  }

  private boolean acknowledges() {
    return has(VhostUserProtocolFeature.REPLY_ACK);
  }

  private void begin(VhostUserRequest request, int size) {
    message.begin(request.code(), size);
  }

  private void tellState(VhostUserRequest request, int queue, int number)
      throws VhostUserException {
    begin(request, STATE_SIZE);
    message.setU32(STATE_INDEX, queue);
    message.setU32(STATE_NUM, number);
    tell(request, List.of());
  }

  private void tellEvent(VhostUserRequest request, int queue, @Nullable Descriptor event)
      throws VhostUserException {
    begin(request, U64_SIZE);
    message.setU64(0, event == null ? queue | VRING_NO_DESCRIPTOR : queue);
    tell(request, event == null ? List.of() : List.of(event));
  }

  private void tellNumber(VhostUserRequest request, long value, boolean acknowledged)
      throws VhostUserException {
    begin(request, U64_SIZE);
    message.setU64(0, value);
    if (acknowledged) {
      tell(request, List.of());
    } else {
      send(request, List.of());
    }
  }

  /** Sends what has no answer of its own, and makes sure that the backend agrees if it says so. */
  private void tell(VhostUserRequest request, List<Descriptor> descriptors)
      throws VhostUserException {
    if (!acknowledges()) {
      send(request, descriptors);
      return;
    }
    message.needReply();
    send(request, descriptors);
    awaitReply();
    VhostUserChannel.checkReply(message, request, U64_SIZE, U64_SIZE, 0);
    if (message.getU64(0) != 0) {
      throw new VhostUserException(
          "it refuses %s with %s".formatted(request, Long.toUnsignedString(message.getU64(0))));
    }
  }

  private long askNumber(VhostUserRequest request) throws VhostUserException {
    begin(request, 0);
    ask(request, U64_SIZE, U64_SIZE, 0);
    return message.getU64(0);
  }

  private void ask(VhostUserRequest request, int minSize, int maxSize, int descriptors)
      throws VhostUserException {
    send(request, List.of());
    awaitReply();
    VhostUserChannel.checkReply(message, request, minSize, maxSize, descriptors);
  }

  private void send(VhostUserRequest request, List<Descriptor> descriptors)
      throws VhostUserException {
    try {
      requests.send(message, descriptors);
    } catch (VhostUserException failure) {
      throw new VhostUserException(
          "it does not take %s: %s".formatted(request, failure.getMessage()), failure);
    }
  }

  private void awaitReply() throws VhostUserException {
    int request = message.request();
    String name = String.valueOf(VhostUserRequest.of(request));
    boolean answered;
    try {
      answered = requests.receive(message, patienceNs);
    } catch (VhostUserException failure) {
      throw new VhostUserException(
          "it does not answer %s: %s".formatted(name, failure.getMessage()), failure);
    }
    if (!answered) {
      throw new VhostUserException("it ends the connection instead of answering " + name);
    }
  }

  /**
   * Ends the connection: the backend is told, and whoever waits here, too. The descriptors stay
   * open until {@link #close}, which needs to know that nobody uses them.
   */
  void shutdown() {
    requests.shutdown();
    if (backendRequests != null) {
      backendRequests.shutdown();
    }
  }

  @Override
  public void close() {
    message.close();
    backendMessage.close();
    requests.close();
    if (backendRequests != null) {
      backendRequests.close();
    }
  }
}
