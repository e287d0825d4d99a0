package dev.ringside.driver.vfio;

import dev.ringside.machine.GuestMemory;
import dev.ringside.machine.LittleEndian;
import dev.ringside.posix.Descriptor;
import dev.ringside.posix.DescriptorBundle;
import dev.ringside.posix.Poller;
import dev.ringside.posix.UnixSocket;
import dev.ringside.virtio.spec.VfioUserCommand;
import dev.ringside.virtio.spec.VfioUserHeader;
import dev.ringside.virtio.spec.VfioUserLayout.DmaAccess;
import dev.ringside.virtio.spec.VfioUserLayout.DmaMap;
import dev.ringside.virtio.spec.VfioUserLayout.DmaUnmap;
import dev.ringside.virtio.spec.VfioUserLayout.RegionAccess;
import dev.ringside.virtio.spec.VfioUserLayout.SetIrqs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A client of vfio-user, as a virtual machine has it: it sends commands and waits for their
 * replies, and a task of its own answers the server's accesses to memory.
 */
final class VfioClient implements AutoCloseable {
  private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(20);
  private static final int MAX_FRAME = VfioUserHeader.BYTES + (1 << 20) + DmaAccess.DATA;

  private final UnixSocket socket;
  private final BlockingQueue<Reply> replies = new ArrayBlockingQueue<>(1024);
  private final AtomicInteger dmaRequests = new AtomicInteger();
  private final Arena arena = Arena.ofShared();
  private final MemorySegment frame = arena.allocate(MAX_FRAME, Long.BYTES);
  private final Thread receiver;
  private volatile DmaAnswer dma = DmaAnswer.HONEST;
  private volatile @Nullable GuestMemory memory;
  private volatile boolean ended;
  private int nextId = 7;

  /** What a reply says: its errno, or 0, and its payload. */
  record Reply(int id, int command, int errno, ByteBuffer payload) {}

  /** How accesses to memory are answered. */
  enum DmaAnswer {
    HONEST,
    ERROR,
    /** With fewer bytes than were asked for. */
    SHORT,
    /** With another address. */
    ELSEWHERE,
    NEVER
  }

  /** A client over a connected socket, which is closed with it. */
  VfioClient(UnixSocket socket) {
    this.socket = socket;
    this.receiver = new Thread(this::receive, "vfio client");
    receiver.setDaemon(true);
    receiver.start();
  }

  /** Where the server's accesses go. */
  VfioClient memory(GuestMemory value) {
    memory = value;
    return this;
  }

  void answer(DmaAnswer how) {
    dma = how;
  }

  /** How many accesses to memory the server asked for. */
  int dmaRequests() {
    return dmaRequests.get();
  }

  UnixSocket socket() {
    return socket;
  }

  static ByteBuffer payload(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** All bytes of a buffer, wherever it stands. */
  static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.capacity()];
    buffer.get(0, bytes);
    return bytes;
  }

  /** Agrees on a version as QEMU does. */
  Reply agree() {
    return agree(
        "{\"capabilities\":{\"max_msg_fds\":8,\"max_data_xfer_size\":1048576,"
            + "\"pgsizes\":4096,\"max_dma_maps\":65535,\"write_multiple\":true}}\0");
  }

  Reply agree(String json) {
    byte[] text = json.getBytes(StandardCharsets.UTF_8);
    return call(VfioUserCommand.VERSION, payload(4 + text.length).putInt(0).put(text));
  }

  /** A command and its reply. */
  Reply call(int command, ByteBuffer payload, Descriptor... descriptors) {
    int id = nextId++ & 0xffff;
    send(id, command, VfioUserHeader.TYPE_COMMAND, payload, descriptors);
    Reply reply = await();
    if (reply.id() != id || reply.command() != command) {
      throw new AssertionError("%d of %d answers %d".formatted(reply.id(), reply.command(), id));
    }
    return reply;
  }

  /** A command that must go well. */
  ByteBuffer must(int command, ByteBuffer payload, Descriptor... descriptors) {
    Reply reply = call(command, payload, descriptors);
    if (reply.errno() != 0) {
      throw new AssertionError("command %d: errno %d".formatted(command, reply.errno()));
    }
    return reply.payload();
  }

  /** A command without a reply. */
  void post(int command, ByteBuffer payload) {
    send(0, command, VfioUserHeader.FLAG_NO_REPLY, payload);
  }

  /** The next reply, whatever it answers. */
  Reply await() {
    try {
      Reply reply = replies.poll(PATIENCE_NS, TimeUnit.NANOSECONDS);
      if (reply == null) {
        throw new AssertionError(ended ? "the server has left" : "no reply");
      }
      return reply;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Waits until the server has closed the connection. */
  boolean isLeft() {
    try {
      receiver.join(TimeUnit.NANOSECONDS.toMillis(PATIENCE_NS));
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    return ended;
  }

  private void send(int id, int command, int flags, ByteBuffer payload, Descriptor... along) {
    int size = VfioUserHeader.BYTES + payload.capacity();
    ByteBuffer message = payload(size);
    message.putShort((short) id).putShort((short) command).putInt(size).putInt(flags).putInt(0);
    message.put(bytes(payload));
    sendRaw(bytes(message), along);
  }

  /** Sends bytes as they are. */
  void sendRaw(byte[] bytes, Descriptor... along) {
    try (Arena scratch = Arena.ofConfined()) {
      MemorySegment segment = scratch.allocateFrom(ValueLayout.JAVA_BYTE, bytes);
      synchronized (socket) {
        socket.send(segment, List.of(along), PATIENCE_NS);
      }
    } catch (IOException gone) {
      throw new UncheckedIOException(gone);
    }
  }

  private void receive() {
    try (DescriptorBundle none = new DescriptorBundle()) {
      while (socket.receive(frame.asSlice(0, VfioUserHeader.BYTES), none, Poller.FOREVER)) {
        int size = LittleEndian.getU32(frame, VfioUserHeader.SIZE) - VfioUserHeader.BYTES;
        if (size > 0) {
          socket.receive(frame.asSlice(VfioUserHeader.BYTES, size), none, PATIENCE_NS);
        }
        received(size);
      }
    } catch (IOException | UncheckedIOException gone) {
      // The server has left.
    } finally {
      ended = true;
    }
  }

  private void received(int size) {
    int id = LittleEndian.getU16(frame, VfioUserHeader.ID);
    int command = LittleEndian.getU16(frame, VfioUserHeader.COMMAND);
    int flags = LittleEndian.getU32(frame, VfioUserHeader.FLAGS);
    if ((flags & VfioUserHeader.TYPE_MASK) == VfioUserHeader.TYPE_COMMAND) {
      dmaRequests.incrementAndGet();
      answerDma(id, command);
      return;
    }
    boolean failed = (flags & VfioUserHeader.FLAG_ERROR) != 0;
    int errno = failed ? LittleEndian.getU32(frame, VfioUserHeader.ERROR) : 0;
    byte[] bytes = new byte[size];
    MemorySegment.copy(frame, ValueLayout.JAVA_BYTE, VfioUserHeader.BYTES, bytes, 0, size);
    replies.add(
        new Reply(id, command, errno, ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN)));
  }

  private void answerDma(int id, int command) {
    long address = LittleEndian.getU64(frame, VfioUserHeader.BYTES + DmaAccess.ADDRESS);
    int count = (int) LittleEndian.getU64(frame, VfioUserHeader.BYTES + DmaAccess.COUNT);
    boolean reads = command == VfioUserCommand.DMA_READ;
    DmaAnswer how = dma;
    GuestMemory guest = memory;
    if (how == DmaAnswer.NEVER) {
      return;
    }
    if (how == DmaAnswer.ERROR || guest == null || !guest.contains(address, count)) {
      int flags = VfioUserHeader.TYPE_REPLY | VfioUserHeader.FLAG_ERROR;
      send(id, command, flags, payload(0));
      return;
    }
    int answered = how == DmaAnswer.SHORT ? count / 2 : count;
    long said = how == DmaAnswer.ELSEWHERE ? address + 64 : address;
    ByteBuffer reply = payload(DmaAccess.DATA + (reads ? answered : 0));
    reply.putLong(said).putLong(answered);
    if (reads) {
      byte[] data = new byte[answered];
      guest.read(address, data, 0, answered);
      reply.put(data);
    } else {
      byte[] bytes = new byte[count];
      long from = VfioUserHeader.BYTES + (long) DmaAccess.DATA;
      MemorySegment.copy(frame, ValueLayout.JAVA_BYTE, from, bytes, 0, count);
      guest.write(address, bytes, 0, count);
    }
    send(id, command, VfioUserHeader.TYPE_REPLY, reply);
  }

  static ByteBuffer dmaMap(long address, long size, long fileOffset, int flags) {
    return payload(DmaMap.BYTES)
        .putInt(DmaMap.BYTES)
        .putInt(flags)
        .putLong(fileOffset)
        .putLong(address)
        .putLong(size);
  }

  static ByteBuffer dmaUnmap(long address, long size, int flags) {
    return payload(DmaUnmap.BYTES)
        .putInt(DmaUnmap.BYTES)
        .putInt(flags)
        .putLong(address)
        .putLong(size);
  }

  static ByteBuffer setIrqs(int flags, int index, int start, int count) {
    return payload(SetIrqs.DATA)
        .putInt(SetIrqs.DATA)
        .putInt(flags)
        .putInt(index)
        .putInt(start)
        .putInt(count);
  }

  static ByteBuffer access(int region, long offset, int count) {
    return payload(RegionAccess.DATA).putLong(offset).putInt(region).putInt(count);
  }

  static ByteBuffer writing(int region, long offset, int count, long value) {
    ByteBuffer payload =
        payload(RegionAccess.DATA + count).putLong(offset).putInt(region).putInt(count);
    for (int i = 0; i < count; i++) {
      payload.put((byte) (value >>> (i * Byte.SIZE)));
    }
    return payload;
  }

  long read(int region, long offset, int width) {
    ByteBuffer reply = must(VfioUserCommand.REGION_READ, access(region, offset, width));
    long value = 0;
    for (int i = width - 1; i >= 0; i--) {
      value = (value << Byte.SIZE) | (reply.get(RegionAccess.DATA + i) & 0xff);
    }
    return value;
  }

  void write(int region, long offset, int width, long value) {
    must(VfioUserCommand.REGION_WRITE, writing(region, offset, width, value));
  }

  @Override
  public void close() {
    socket.shutdown();
    if (!isLeft()) {
      throw new AssertionError("the client's own task does not end");
    }
    socket.close();
    arena.close();
  }
}
