package dev.ringside.virtio.vfio;

import dev.ringside.machine.Bus;
import dev.ringside.machine.Clock;
import dev.ringside.machine.CostModel;
import dev.ringside.machine.LittleEndian;
import dev.ringside.machine.MemoryRegionException;
import dev.ringside.machine.MessageInterrupts;
import dev.ringside.machine.Scheduler;
import dev.ringside.posix.Descriptor;
import dev.ringside.posix.UnixSocket;
import dev.ringside.virtio.spec.VfioUserCommand;
import dev.ringside.virtio.spec.VfioUserLayout.DeviceFeature;
import dev.ringside.virtio.spec.VfioUserLayout.DeviceInfo;
import dev.ringside.virtio.spec.VfioUserLayout.DmaMap;
import dev.ringside.virtio.spec.VfioUserLayout.DmaUnmap;
import dev.ringside.virtio.spec.VfioUserLayout.IrqInfo;
import dev.ringside.virtio.spec.VfioUserLayout.RegionAccess;
import dev.ringside.virtio.spec.VfioUserLayout.RegionInfo;
import dev.ringside.virtio.spec.VfioUserLayout.RegionIoFds;
import dev.ringside.virtio.spec.VfioUserLayout.Version;
import dev.ringside.virtio.spec.VfioUserLayout.WriteMulti;
import dev.ringside.virtio.transport.NotificationCounts;
import dev.ringside.virtio.transport.PciFunction;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/**
 * One client and the function that it drives, from the first message to the last (vfio-user 0.0).
 * {@link #run} carries the client's commands out, one after the other; the device's own tasks work
 * beside it.
 *
 * <p>A command that cannot be carried out is answered with an errno and the connection goes on. A
 * client that no longer speaks the protocol is left. In either case nothing of it stays: the
 * function is reset, its memory unmapped, its descriptors closed. So the specification's wish to
 * keep the state of a device whose client has gone is not granted: its rings lay in memory that is
 * gone, too, and the next client finds a device as after power-on.
 */
public final class VfioSession implements AutoCloseable {
  /** The version that is spoken. */
  static final int MAJOR = 0;

  static final int MINOR = 0;

  /** Descriptors in one message; QEMU 11.1 refuses a server that takes more. */
  private static final int MAX_DESCRIPTORS = 16;

  /** What this side can take. */
  static final VfioCapabilities CAPABILITIES =
      new VfioCapabilities(
          MAX_DESCRIPTORS, VfioConnection.MAX_TRANSFER, VfioConnection.MAX_DMA_MAPS, 4096, true);

  private final VfioConnection connection;
  private final ClientMemory memory;
  private final PciFunction function;
  private final FunctionRegions regions;
  private final ClientInterrupts interrupts;
  private final NotificationCounts counts;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment answer =
      arena.allocate(VfioConnection.MAX_COMMAND_PAYLOAD, Long.BYTES);
  private boolean agreed;
  private long refused;
  private @Nullable RuntimeException defect;

  /**
   * Makes the function that a client gets.
   *
   * @see VfioMachine
   */
  public interface FunctionMaker {
    /** A function after power-on, in this machine. */
    PciFunction make(VfioMachine machine);
  }

  /**
   * A client of which nothing was heard yet.
   *
   * @param socket closed with this
   */
  public VfioSession(UnixSocket socket, Scheduler scheduler, FunctionMaker maker) {
    this(socket, scheduler, maker, VfioPatience.DEFAULT);
  }

  /** As the other, with another patience. */
  public VfioSession(
      UnixSocket socket, Scheduler scheduler, FunctionMaker maker, VfioPatience patience) {
    Clock clock = scheduler.clock();
    this.connection = new VfioConnection(socket, clock, patience);
    this.memory = new ClientMemory(connection);
    ClientInterrupts.PinLine pin = new ClientInterrupts.PinLine();
    MessageInterrupts messages = new MessageInterrupts(scheduler, CostModel.ZERO);
    this.function =
        maker.make(new VfioMachine(memory.memory(), new Bus(), pin, messages, scheduler));
    this.regions = new FunctionRegions(function);
    this.interrupts = new ClientInterrupts(function, pin, messages);
    this.counts = new NotificationCounts(function.function().queueCount());
    function.function().count(counts);
  }

  /** The function that the client drives. */
  public PciFunction function() {
    return function;
  }

  /** What each queue was notified of, and notified. */
  public NotificationCounts counts() {
    return counts;
  }

  /** How many accesses to the client's memory went as messages. */
  public long memoryMessages() {
    return connection.exchanges();
  }

  /** How many interrupts the client was told of. */
  public long interrupts() {
    return interrupts.told();
  }

  /** What ended one of the device's tasks; found when the session is closed. */
  public @Nullable RuntimeException defect() {
    return defect;
  }

  /** How many commands were answered with an error. */
  public long refused() {
    return refused;
  }

  /**
   * Serves the client until it goes.
   *
   * @throws IOException when it did not go between two messages: it broke the protocol, or the
   *     connection broke
   */
  public void run() throws IOException {
    try {
      while (true) {
        VfioMessage command = connection.next();
        try {
          carryOut(command);
        } finally {
          connection.release(command);
        }
      }
    } catch (ClientGoneException gone) {
      // As it may at any time.
    }
  }

  /** Ends {@link #run} from another task. */
  public void shutdown() {
    connection.shutdown();
  }

  private void carryOut(VfioMessage command) throws IOException {
    if (!agreed && command.command() != VfioUserCommand.VERSION) {
      throw new ProtocolException(
          "command %d before a version is agreed on".formatted(command.command()));
    }
    try {
      int bytes = execute(command);
      if (command.wantsReply()) {
        connection.reply(command, answer, bytes);
      }
    } catch (RuntimeException defect) {
      throw new IOException("the device failed: " + defect.getMessage(), defect);
    } catch (RefusedException refusal) {
      refused++;
      if (command.wantsReply()) {
        connection.replyError(command, refusal.errno());
      }
    }
  }

  /** Carries a command out; says how long the answer is. */
  private int execute(VfioMessage command) throws RefusedException, ProtocolException {
    if (!command.isWhole()) {
      throw new RefusedException(RefusedException.E2BIG, "a payload that is too long");
    }
    if (command.command() == VfioUserCommand.DEVICE_SET_IRQS) {
      interrupts.set(command);
      return 0;
    }
    if (command.command() == VfioUserCommand.DMA_MAP) {
      map(command);
      return 0;
    }
    command.requireNoDescriptors();
    return switch (command.command()) {
      case VfioUserCommand.VERSION -> agree(command);
      case VfioUserCommand.DMA_UNMAP -> unmap(command);
      case VfioUserCommand.DEVICE_GET_INFO -> deviceInfo(command);
      case VfioUserCommand.DEVICE_GET_REGION_INFO -> regionInfo(command);
      case VfioUserCommand.DEVICE_GET_REGION_IO_FDS -> regionIoFds(command);
      case VfioUserCommand.DEVICE_GET_IRQ_INFO -> irqInfo(command);
      case VfioUserCommand.REGION_READ -> readRegion(command);
      case VfioUserCommand.REGION_WRITE -> writeRegion(command);
      case VfioUserCommand.REGION_WRITE_MULTI -> writeMany(command);
      case VfioUserCommand.DEVICE_RESET -> reset(command);
      case VfioUserCommand.DEVICE_FEATURE -> feature(command);
      default ->
          throw new RefusedException(
              RefusedException.EOPNOTSUPP, "command %d".formatted(command.command()));
    };
  }

  /** What cannot be agreed on ends the connection, as the specification has it. */
  private int agree(VfioMessage command) throws RefusedException, ProtocolException {
    if (agreed) {
      throw RefusedException.invalid("a version was agreed on before");
    }
    if (command.bytes() < Version.DATA) {
      throw new ProtocolException("a version of %d bytes".formatted(command.bytes()));
    }
    int major = LittleEndian.getU16(command.payload(), Version.MAJOR);
    if (major != MAJOR) {
      throw new ProtocolException("version %d, and only %d is spoken here".formatted(major, MAJOR));
    }
    byte[] data = new byte[command.bytes() - Version.DATA];
    MemorySegment.copy(
        command.payload(), ValueLayout.JAVA_BYTE, Version.DATA, data, 0, data.length);
    VfioCapabilities theirs = VfioCapabilities.parse(data);
    connection.limitTransfer(theirs.maxDataTransfer());
    byte[] ours = CAPABILITIES.inReplyTo(theirs).serialise();
    LittleEndian.setU16(answer, Version.MAJOR, MAJOR);
    LittleEndian.setU16(answer, Version.MINOR, MINOR);
    MemorySegment.copy(ours, 0, answer, ValueLayout.JAVA_BYTE, Version.DATA, ours.length);
    agreed = true;
    return Version.DATA + ours.length;
  }

  private void map(VfioMessage command) throws RefusedException {
    command.requireBytes(DmaMap.BYTES);
    long flags = command.u32(DmaMap.FLAGS);
    long address = command.u64(DmaMap.ADDRESS);
    long size = command.u64(DmaMap.SIZE);
    boolean readable = (flags & DmaMap.FLAG_READABLE) != 0;
    boolean writable = (flags & DmaMap.FLAG_WRITABLE) != 0;
    if ((flags & ~(DmaMap.FLAG_READABLE | DmaMap.FLAG_WRITABLE)) != 0 || !(readable || writable)) {
      throw RefusedException.invalid("memory with flags 0x%x".formatted(flags));
    }
    if (command.descriptors().size() > 1) {
      throw RefusedException.invalid(
          "%d descriptors for one region".formatted(command.descriptors().size()));
    }
    if (memory.count() == CAPABILITIES.maxDmaMaps()) {
      throw new RefusedException(RefusedException.ENOSPC, "too many regions");
    }
    try {
      if (command.descriptors().isEmpty()) {
        memory.copy(address, size, readable, writable);
      } else {
        try (Descriptor file = command.descriptors().take()) {
          memory.map(address, size, file, command.u64(DmaMap.OFFSET), writable);
        }
      }
    } catch (MemoryRegionException refusal) {
      throw new RefusedException(
          refusal.isOverlap() ? RefusedException.EEXIST : RefusedException.EINVAL,
          String.valueOf(refusal.getMessage()));
    }
  }

  private int unmap(VfioMessage command) throws RefusedException {
    command.requireBytes(DmaUnmap.BYTES);
    long flags = command.u32(DmaUnmap.FLAGS);
    long address = command.u64(DmaUnmap.ADDRESS);
    long size = command.u64(DmaUnmap.SIZE);
    if (flags == DmaUnmap.FLAG_ALL && address == 0 && size == 0) {
      memory.unmapAll();
    } else if (flags == 0) {
      try {
        memory.unmap(address, size);
      } catch (MemoryRegionException refusal) {
        throw new RefusedException(RefusedException.ENOENT, String.valueOf(refusal.getMessage()));
      }
    } else {
      throw RefusedException.invalid(
          "unmapping 0x%x + %d with flags 0x%x".formatted(address, size, flags));
    }
    return echo(command, DmaUnmap.BYTES);
  }

  /** Begins an answer with what was asked, and says that this is all there is to it. */
  private int echo(VfioMessage command, int bytes) {
    MemorySegment.copy(command.payload(), 0, answer, 0, bytes);
    LittleEndian.setU32(answer, 0, bytes);
    return bytes;
  }

  /** A question whose answer has the same layout, and for which the client has left room. */
  private int question(VfioMessage command, int bytes) throws RefusedException {
    command.requireBytes(bytes);
    if (command.u32(0) < bytes) {
      throw RefusedException.invalid("room for %d bytes, not %d".formatted(command.u32(0), bytes));
    }
    return echo(command, bytes);
  }

  private int deviceInfo(VfioMessage command) throws RefusedException {
    int bytes = question(command, DeviceInfo.BYTES);
    LittleEndian.setU32(answer, DeviceInfo.FLAGS, DeviceInfo.FLAG_RESET | DeviceInfo.FLAG_PCI);
    LittleEndian.setU32(answer, DeviceInfo.REGIONS, RegionInfo.COUNT);
    LittleEndian.setU32(answer, DeviceInfo.IRQS, IrqInfo.INDICES);
    return bytes;
  }

  private int regionInfo(VfioMessage command) throws RefusedException {
    int bytes = question(command, RegionInfo.BYTES);
    int index = index(command, RegionInfo.INDEX, RegionInfo.COUNT);
    long size = regions.size(index);
    int flags = size == 0 ? 0 : RegionInfo.FLAG_READ | RegionInfo.FLAG_WRITE;
    MemorySegment rest = answer.asSlice(0, bytes);
    rest.asSlice(RegionInfo.FLAGS).fill((byte) 0);
    LittleEndian.setU32(answer, RegionInfo.FLAGS, flags);
    LittleEndian.setU32(answer, RegionInfo.INDEX, index);
    LittleEndian.setU64(answer, RegionInfo.SIZE, size);
    return bytes;
  }

  private static int index(VfioMessage command, int at, int count) throws RefusedException {
    long index = command.u32(at);
    if (index >= count) {
      throw RefusedException.invalid("index %d of %d".formatted(index, count));
    }
    return (int) index;
  }

  /** No part of any region can be written past this connection. */
  private int regionIoFds(VfioMessage command) throws RefusedException {
    int bytes = question(command, RegionIoFds.BYTES);
    index(command, RegionIoFds.INDEX, RegionInfo.COUNT);
    if (command.u32(RegionIoFds.FLAGS) != 0) {
      throw RefusedException.invalid("flags 0x%x".formatted(command.u32(RegionIoFds.FLAGS)));
    }
    LittleEndian.setU32(answer, RegionIoFds.COUNT, 0);
    return bytes;
  }

  private int irqInfo(VfioMessage command) throws RefusedException {
    int bytes = question(command, IrqInfo.BYTES);
    int index = index(command, IrqInfo.INDEX, IrqInfo.INDICES);
    LittleEndian.setU32(answer, IrqInfo.FLAGS, interrupts.flags(index));
    LittleEndian.setU32(answer, IrqInfo.COUNT, interrupts.count(index));
    return bytes;
  }

  private int readRegion(VfioMessage command) throws RefusedException {
    command.requireBytes(RegionAccess.DATA);
    long offset = command.u64(RegionAccess.OFFSET);
    long region = command.u32(RegionAccess.REGION);
    long count = command.u32(RegionAccess.COUNT);
    regions.check(region, offset, count);
    MemorySegment.copy(command.payload(), 0, answer, 0, RegionAccess.DATA);
    regions.read((int) region, offset, (int) count, answer, RegionAccess.DATA);
    return RegionAccess.DATA + (int) count;
  }

  private int writeRegion(VfioMessage command) throws RefusedException {
    command.requireAtLeast(RegionAccess.DATA);
    long offset = command.u64(RegionAccess.OFFSET);
    long region = command.u32(RegionAccess.REGION);
    long count = command.u32(RegionAccess.COUNT);
    command.requireBytes(RegionAccess.DATA + count);
    regions.check(region, offset, count);
    regions.write((int) region, offset, (int) count, command.payload(), RegionAccess.DATA);
    MemorySegment.copy(command.payload(), 0, answer, 0, RegionAccess.DATA);
    return RegionAccess.DATA;
  }

  /** All of the writes are checked before the first is carried out. */
  private int writeMany(VfioMessage command) throws RefusedException {
    command.requireAtLeast(WriteMulti.WRITES);
    long count = command.u64(WriteMulti.COUNT);
    int bytes = command.bytes() - WriteMulti.WRITES;
    if (bytes % WriteMulti.WRITE_BYTES != 0 || count != bytes / WriteMulti.WRITE_BYTES) {
      throw RefusedException.invalid("%d bytes for %d writes".formatted(bytes, count));
    }
    for (int at = WriteMulti.WRITES; at < command.bytes(); at += WriteMulti.WRITE_BYTES) {
      long width = command.u32(at + RegionAccess.COUNT);
      if (width > Long.BYTES) {
        throw RefusedException.invalid("a write of %d bytes".formatted(width));
      }
      regions.check(
          command.u32(at + RegionAccess.REGION), command.u64(at + RegionAccess.OFFSET), width);
    }
    for (int at = WriteMulti.WRITES; at < command.bytes(); at += WriteMulti.WRITE_BYTES) {
      regions.write(
          (int) command.u32(at + RegionAccess.REGION),
          command.u64(at + RegionAccess.OFFSET),
          (int) command.u32(at + RegionAccess.COUNT),
          command.payload(),
          at + (long) RegionAccess.DATA);
    }
    LittleEndian.setU64(answer, WriteMulti.COUNT, count);
    return WriteMulti.WRITES;
  }

  private int reset(VfioMessage command) throws RefusedException {
    command.requireBytes(0);
    function.reset();
    regions.reset();
    return 0;
  }

  /** Those that there are belong to migration, which is not offered. */
  private static int feature(VfioMessage command) throws RefusedException {
    command.requireAtLeast(DeviceFeature.DATA);
    throw new RefusedException(
        RefusedException.ENOTTY,
        "device feature %d"
            .formatted(command.u32(DeviceFeature.FLAGS) & DeviceFeature.FEATURE_MASK));
  }

  /** Leaves the client: the device stops, and whatever came from the client is given back. */
  @Override
  public void close() {
    connection.stopServing();
    try {
      function.reset();
    } catch (RuntimeException failed) {
      // A task of the device met memory that its owner had cut off; it has ended all the same.
      defect = failed;
    } finally {
      interrupts.close();
      connection.close();
      memory.close();
      arena.close();
    }
  }
}
