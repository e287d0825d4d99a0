package dev.ringside.virtio.vhost;

import static dev.ringside.virtio.spec.SplitLayout.DESC_F_NEXT;
import static dev.ringside.virtio.spec.SplitLayout.DESC_F_WRITE;
import static dev.ringside.virtio.spec.VhostUserLayout.*;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.machine.BorrowedMemory;
import dev.ringside.machine.BorrowedMemory.Access;
import dev.ringside.machine.GuestMemory;
import dev.ringside.posix.Descriptor;
import dev.ringside.posix.EventDescriptor;
import dev.ringside.posix.MemoryFile;
import dev.ringside.posix.UnixSocket;
import dev.ringside.virtio.message.VhostUserChannel;
import dev.ringside.virtio.message.VhostUserMessage;
import dev.ringside.virtio.queue.RawRing;
import dev.ringside.virtio.spec.BlkRequestType;
import dev.ringside.virtio.spec.Feature;
import dev.ringside.virtio.spec.VhostUserProtocolFeature;
import dev.ringside.virtio.spec.VhostUserRequest;
import java.io.IOException;
import java.util.List;

/** A vhost-user frontend that sends messages by hand, rules or no rules, with a guest of 1 MiB. */
final class RawFrontend implements AutoCloseable {
  static final int RING_SIZE = 16;
  static final long MEMORY_BYTES = 1 << 20;

  /** Where this frontend claims to see guest address 0. */
  static final long USER = 0x7f00_1234_0000L;

  static final long HEADER = 0x8000;
  static final long STATUS_BYTE = 0xa000;
  static final long DATA = 0x1_0000;
  static final long FEATURES = F_PROTOCOL_FEATURES | Feature.VERSION_1.mask();
  private static final long LONG_NS = 20_000_000_000L;

  final UnixSocket socket;
  final VhostUserChannel channel;
  final VhostUserMessage message = new VhostUserMessage();
  final Descriptor file;
  private final BorrowedMemory own = new BorrowedMemory();
  final GuestMemory memory = own.memory();
  final RawRing ring = new RawRing(memory, RING_SIZE);
  final EventDescriptor kick;
  final EventDescriptor call;
  final EventDescriptor error;
  private int requests;

  RawFrontend(UnixSocket socket) throws IOException {
    this.socket = socket;
    this.channel = new VhostUserChannel(socket, LONG_NS);
    this.file = MemoryFile.create("guest", MEMORY_BYTES);
    this.kick = EventDescriptor.create();
    this.call = EventDescriptor.create();
    this.error = EventDescriptor.create();
    own.map(0, MEMORY_BYTES, file, 0, Access.READ_WRITE);
  }

  RawFrontend begin(VhostUserRequest request, int size) {
    message.begin(request.code(), size);
    return this;
  }

  RawFrontend u32(int offset, long value) {
    message.setU32(offset, (int) value);
    return this;
  }

  RawFrontend u64(int offset, long value) {
    message.setU64(offset, value);
    return this;
  }

  void send(Descriptor... along) throws IOException {
    channel.send(message, List.of(along));
  }

  /** Sends it and waits for the answer that says whether it was carried out. */
  long acknowledged(Descriptor... along) throws IOException {
    message.needReply();
    send(along);
    return answer();
  }

  /** Waits for an answer: its first number. */
  long answer() throws IOException {
    assertThat(channel.receive(message, LONG_NS)).isTrue();
    return message.getU64(0);
  }

  long ask(VhostUserRequest request) throws IOException {
    begin(request, 0).send();
    return answer();
  }

  void number(VhostUserRequest request, long value, Descriptor... along) throws IOException {
    begin(request, U64_SIZE).u64(0, value).send(along);
  }

  void state(VhostUserRequest request, long index, long value) throws IOException {
    begin(request, STATE_SIZE).u32(STATE_INDEX, index).u32(STATE_NUM, value).send();
  }

  RawFrontend region(int at, long guest, long size, long user, long offset) {
    return u64(at + REGION_GUEST_ADDRESS, guest)
        .u64(at + REGION_BYTES, size)
        .u64(at + REGION_USER_ADDRESS, user)
        .u64(at + REGION_FILE_OFFSET, offset);
  }

  RawFrontend table(long size) {
    return begin(VhostUserRequest.SET_MEM_TABLE, regionOffset(1))
        .u32(TABLE_REGIONS, 1)
        .region(regionOffset(0), 0, size, USER, 0);
  }

  RawFrontend slot(VhostUserRequest request, long guest, long size) {
    return begin(request, SLOT_SIZE).region(SLOT_HEADER_SIZE, guest, size, USER + guest, guest);
  }

  void addresses(long descriptors, long used, long available) throws IOException {
    begin(VhostUserRequest.SET_VRING_ADDR, ADDRESS_SIZE)
        .u64(ADDRESS_DESCRIPTORS, descriptors)
        .u64(ADDRESS_USED, used)
        .u64(ADDRESS_AVAILABLE, available)
        .send();
  }

  /** A step of a frontend that keeps the rules. */
  interface Step {
    void run() throws IOException;
  }

  /** All the steps until the ring works. */
  List<Step> steps() {
    long all =
        VhostUserProtocolFeature.setOf(
            VhostUserProtocolFeature.REPLY_ACK,
            VhostUserProtocolFeature.CONFIG,
            VhostUserProtocolFeature.CONFIGURE_MEM_SLOTS,
            VhostUserProtocolFeature.BACKEND_REQ,
            VhostUserProtocolFeature.RESET_DEVICE,
            VhostUserProtocolFeature.MQ,
            VhostUserProtocolFeature.INFLIGHT_SHMFD);
    return List.of(
        () -> ask(VhostUserRequest.GET_FEATURES),
        () -> ask(VhostUserRequest.GET_PROTOCOL_FEATURES),
        () -> number(VhostUserRequest.SET_PROTOCOL_FEATURES, all),
        () -> begin(VhostUserRequest.SET_OWNER, 0).send(),
        () -> ask(VhostUserRequest.GET_QUEUE_NUM),
        () -> number(VhostUserRequest.SET_FEATURES, FEATURES),
        () -> table(MEMORY_BYTES).send(file),
        () -> state(VhostUserRequest.SET_VRING_NUM, 0, RING_SIZE),
        () -> state(VhostUserRequest.SET_VRING_BASE, 0, 0),
        () -> addresses(USER + RawRing.DESCRIPTORS, USER + RawRing.USED, USER + RawRing.AVAILABLE),
        () -> number(VhostUserRequest.SET_VRING_CALL, 0, call.descriptor()),
        () -> number(VhostUserRequest.SET_VRING_ERR, 0, error.descriptor()),
        () -> number(VhostUserRequest.SET_VRING_KICK, 0, kick.descriptor()),
        () -> state(VhostUserRequest.SET_VRING_ENABLE, 0, 1));
  }

  RawFrontend bringUp() throws IOException {
    for (Step step : steps()) {
      step.run();
    }
    return this;
  }

  /** Puts a request of one data buffer into the ring. */
  void offer(BlkRequestType type, long sector, long bytes) {
    memory.setU32(HEADER, type.code());
    memory.setU64(HEADER + 8, sector);
    memory.setU8(STATUS_BYTE, 0xee);
    int flags = DESC_F_NEXT | (type == BlkRequestType.IN ? DESC_F_WRITE : 0);
    ring.descriptor(0, HEADER, 16, DESC_F_NEXT, 1)
        .descriptor(1, DATA, bytes, flags, 2)
        .descriptor(2, STATUS_BYTE, 1, DESC_F_WRITE, 0)
        .makeAvailable(0);
    requests++;
  }

  /** Waits for interrupts until all that was offered is used. */
  int status() throws IOException {
    while (ring.usedIndex() != requests) {
      assertThat(call.await(LONG_NS)).isPositive();
    }
    return memory.getU8(STATUS_BYTE);
  }

  /** One request from the ring to its status. */
  int request(BlkRequestType type, long sector, long bytes) throws IOException {
    offer(type, sector, bytes);
    kick.signal();
    return status();
  }

  @Override
  public void close() {
    channel.close();
    message.close();
    own.close();
    file.close();
    kick.close();
    call.close();
    error.close();
  }
}
