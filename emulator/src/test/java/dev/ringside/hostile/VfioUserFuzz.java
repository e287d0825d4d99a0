package dev.ringside.hostile;

import dev.ringside.blk.BlkSettings;
import dev.ringside.blk.VirtioBlkDevice;
import dev.ringside.machine.CostModel;
import dev.ringside.machine.EventLog;
import dev.ringside.machine.RealScheduler;
import dev.ringside.machine.Task;
import dev.ringside.posix.Descriptor;
import dev.ringside.posix.EventDescriptor;
import dev.ringside.posix.MemoryFile;
import dev.ringside.posix.Poller;
import dev.ringside.posix.UnixSocket;
import dev.ringside.storage.MemoryStorage;
import dev.ringside.virtio.spec.DeviceStatus;
import dev.ringside.virtio.spec.PciCommonConfig;
import dev.ringside.virtio.spec.VfioUserCommand;
import dev.ringside.virtio.spec.VfioUserHeader;
import dev.ringside.virtio.spec.VfioUserLayout.DmaMap;
import dev.ringside.virtio.spec.VfioUserLayout.IrqInfo;
import dev.ringside.virtio.spec.VfioUserLayout.RegionAccess;
import dev.ringside.virtio.spec.VfioUserLayout.RegionInfo;
import dev.ringside.virtio.spec.VfioUserLayout.SetIrqs;
import dev.ringside.virtio.transport.MmioPciFunction;
import dev.ringside.virtio.transport.PciFunction;
import dev.ringside.virtio.transport.PciTransport;
import dev.ringside.virtio.vfio.VfioMachine;
import dev.ringside.virtio.vfio.VfioPatience;
import dev.ringside.virtio.vfio.VfioSession;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Messages of vfio-user out of arbitrary bytes. Behind a byte that says which function it is, and
 * whether a version was agreed on before, a message is
 *
 * <pre>
 *   kind (1) | command (1) | difference of the size (1) | length (1) | payload (length)
 * </pre>
 *
 * <p>Memory comes with a descriptor; whoever breaks the protocol is left, and nothing else may come
 * of it.
 */
public final class VfioUserFuzz {
  /** All replies fit into the socket, which nobody reads. */
  private static final int MAX_MESSAGES = 24;

  /** A client that has said everything says nothing more, in whatever message it stopped. */
  private static final VfioPatience SHORT = new VfioPatience(2_000_000, 2_000_000, 2_000_000);

  private static final int END_BYTES = 512;
  private static final int LONGEST_MS = 200;
  private static final int RAM_BYTES = 1 << 16;
  private static final int MMIO = 1;
  private static final int UNAGREED = 2;
  private static final int NO_REPLY = 1;
  private static final int REPLY = 2;
  private static final int DESCRIPTOR = 4;
  private static final int TWO_DESCRIPTORS = 8;
  private static final int NOTIFY = 0x3000;

  private VfioUserFuzz() {}

  /** One input, as Jazzer calls it. */
  public static void fuzzerTestOneInput(byte[] bytes) {
    FuzzInput input = new FuzzInput(bytes);
    int choice = input.u8();
    RealScheduler scheduler = new RealScheduler();
    try (MemoryStorage storage = MemoryStorage.ofSectors(64);
        Descriptor memory = MemoryFile.create("fuzzed", RAM_BYTES);
        EventDescriptor event = EventDescriptor.create()) {
      UnixSocket.Pair pair = UnixSocket.pair();
      try (UnixSocket client = pair.second();
          VfioSession session =
              new VfioSession(
                  pair.first(), scheduler, machine -> function(machine, storage, choice), SHORT)) {
        if ((choice & UNAGREED) == 0) {
          send(client, message(0, VfioUserCommand.VERSION, 0, new byte[4]), List.of());
        }
        for (int i = 0; i < MAX_MESSAGES && !input.isEmpty(); i++) {
          send(client, input, memory, event.descriptor());
        }
        // A header of size 0 ends the conversation, wherever the last message ended.
        send(client, new byte[END_BYTES], List.of());
        run(session, scheduler);
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** Should a message have eaten the end, too, this side ends it. */
  private static void run(VfioSession session, RealScheduler scheduler) {
    CountDownLatch ended = new CountDownLatch(1);
    Task end =
        scheduler.start(
            "end",
            () -> {
              try {
                if (!ended.await(LONGEST_MS, TimeUnit.MILLISECONDS)) {
                  session.shutdown();
                }
              } catch (InterruptedException e) {
                session.shutdown();
              }
            });
    try {
      session.run();
    } catch (IOException left) {
      if (left.getCause() != null) {
        throw new UncheckedIOException("a defect", left);
      }
    } finally {
      ended.countDown();
      end.join();
    }
  }

  private static PciFunction function(VfioMachine machine, MemoryStorage storage, int choice) {
    VirtioBlkDevice disk =
        new VirtioBlkDevice(storage, machine.scheduler(), EventLog.OFF, BlkSettings.DEFAULT);
    return (choice & MMIO) != 0
        ? new MmioPciFunction(
            machine.memory(),
            disk,
            machine.bus(),
            machine.pin(),
            machine.scheduler(),
            CostModel.ZERO)
        : new PciTransport(
            machine.memory(),
            disk,
            machine.bus(),
            machine.pin(),
            machine.messages(),
            machine.scheduler(),
            CostModel.ZERO);
  }

  private static void send(UnixSocket client, FuzzInput input, Descriptor memory, Descriptor event)
      throws IOException {
    int kind = input.u8();
    int command = input.u8();
    int difference = (byte) input.u8();
    byte[] payload = new byte[input.u8()];
    for (int i = 0; i < payload.length; i++) {
      payload[i] = (byte) input.u8();
    }
    Descriptor one = command == VfioUserCommand.DMA_MAP ? memory : event;
    boolean along = command == VfioUserCommand.DMA_MAP || (kind & DESCRIPTOR) != 0;
    List<Descriptor> descriptors =
        (kind & TWO_DESCRIPTORS) != 0 ? List.of(one, one) : along ? List.of(one) : List.of();
    send(client, message(kind, command, difference, payload), descriptors);
  }

  private static void send(UnixSocket client, byte[] message, List<Descriptor> descriptors)
      throws IOException {
    try (Arena scratch = Arena.ofConfined()) {
      MemorySegment bytes = scratch.allocateFrom(ValueLayout.JAVA_BYTE, message);
      client.send(bytes, descriptors, Poller.FOREVER);
    }
  }

  private static byte[] message(int kind, int command, int difference, byte[] payload) {
    int flags =
        ((kind & NO_REPLY) != 0 ? VfioUserHeader.FLAG_NO_REPLY : 0)
            | ((kind & REPLY) != 0 ? VfioUserHeader.TYPE_REPLY : 0);
    int bytes = VfioUserHeader.BYTES + payload.length;
    return buffer(bytes)
        .putShort((short) 1)
        .putShort((short) command)
        .putInt(bytes + difference)
        .putInt(flags)
        .putInt(0)
        .put(payload)
        .array();
  }

  private static ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** A function that is looked at, and one that is brought to life and notified. */
  static List<byte[]> seeds() {
    ByteArrayOutputStream questions = new ByteArrayOutputStream();
    questions.write(0);
    add(questions, 0, VfioUserCommand.DEVICE_GET_INFO, buffer(16).putInt(16));
    add(questions, 0, VfioUserCommand.DEVICE_GET_REGION_INFO, buffer(32).putInt(32));
    add(questions, 0, VfioUserCommand.DEVICE_GET_REGION_IO_FDS, buffer(16).putInt(16));
    add(questions, 0, VfioUserCommand.DEVICE_GET_IRQ_INFO, buffer(16).putInt(16));
    add(questions, 0, VfioUserCommand.DEVICE_FEATURE, buffer(8).putInt(8).putInt(1 | 1 << 16));
    add(questions, 0, VfioUserCommand.REGION_READ, access(RegionInfo.CONFIGURATION, 0, 64, 0));
    add(questions, 0, VfioUserCommand.DMA_UNMAP, buffer(24).putInt(24).putInt(2));
    add(questions, NO_REPLY, VfioUserCommand.DEVICE_RESET, buffer(0));

    ByteArrayOutputStream version = new ByteArrayOutputStream();
    version.write(UNAGREED | MMIO);
    byte[] json =
        "{\"capabilities\":{\"max_msg_fds\":8,\"write_multiple\":true}}\0"
            .getBytes(StandardCharsets.UTF_8);
    add(version, 0, VfioUserCommand.VERSION, buffer(4 + json.length).putInt(0).put(json));
    add(version, 0, VfioUserCommand.REGION_READ, access(0, 0, 4, 0));
    add(
        version,
        0,
        VfioUserCommand.REGION_WRITE_MULTI,
        buffer(32).putLong(1).putLong(0x70).putInt(0).putInt(4).putLong(1));
    return List.of(questions.toByteArray(), version.toByteArray(), life());
  }

  private static byte[] life() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(0);
    int readWrite = DmaMap.FLAG_READABLE | DmaMap.FLAG_WRITABLE;
    ByteBuffer map = buffer(DmaMap.BYTES).putInt(32).putInt(readWrite).putLong(0).putLong(0);
    add(out, 0, VfioUserCommand.DMA_MAP, map.putLong(RAM_BYTES));
    ByteBuffer vectors =
        buffer(SetIrqs.DATA)
            .putInt(SetIrqs.DATA)
            .putInt(SetIrqs.FLAG_DATA_EVENTFD | SetIrqs.FLAG_TRIGGER)
            .putInt(IrqInfo.MSIX)
            .putInt(1)
            .putInt(1);
    add(out, DESCRIPTOR, VfioUserCommand.DEVICE_SET_IRQS, vectors);
    write(out, RegionInfo.CONFIGURATION, 4, 2, 6);
    write(out, 0, PciCommonConfig.DEVICE_STATUS, 1, 3);
    write(out, 0, PciCommonConfig.DRIVER_FEATURE_SELECT, 4, 1);
    write(out, 0, PciCommonConfig.DRIVER_FEATURE, 4, 1);
    write(out, 0, PciCommonConfig.DEVICE_STATUS, 1, 3 | DeviceStatus.FEATURES_OK);
    write(out, 0, PciCommonConfig.QUEUE_SIZE, 2, 16);
    write(out, 0, PciCommonConfig.QUEUE_DESC, 4, 0x1000);
    write(out, 0, PciCommonConfig.QUEUE_DRIVER, 4, 0x2000);
    write(out, 0, PciCommonConfig.QUEUE_DEVICE, 4, 0x3000);
    write(out, 0, PciCommonConfig.QUEUE_ENABLE, 2, 1);
    write(out, 0, PciCommonConfig.DEVICE_STATUS, 1, 7 | DeviceStatus.FEATURES_OK);
    write(out, 0, NOTIFY, 2, 0);
    write(out, 0, PciCommonConfig.DEVICE_STATUS, 1, 0);
    return out.toByteArray();
  }

  private static void write(
      ByteArrayOutputStream out, int region, long offset, int width, long value) {
    ByteBuffer payload = access(region, offset, width, width);
    for (int i = 0; i < width; i++) {
      payload.put((byte) (value >>> (i * Byte.SIZE)));
    }
    add(out, 0, VfioUserCommand.REGION_WRITE, payload);
  }

  private static ByteBuffer access(int region, long offset, int count, int data) {
    return buffer(RegionAccess.DATA + data).putLong(offset).putInt(region).putInt(count);
  }

  private static void add(ByteArrayOutputStream out, int kind, int command, ByteBuffer payload) {
    out.write(kind);
    out.write(command);
    out.write(0);
    out.write(payload.capacity());
    byte[] bytes = new byte[payload.capacity()];
    payload.get(0, bytes);
    out.writeBytes(bytes);
  }
}
