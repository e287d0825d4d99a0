package dev.ringside.driver.vfio;

import static dev.ringside.machine.pci.PciHeader.*;

import dev.ringside.driver.DriverSettings;
import dev.ringside.driver.Guest;
import dev.ringside.driver.MmioProbe;
import dev.ringside.driver.PciProbe;
import dev.ringside.driver.VirtioBlkDriver;
import dev.ringside.machine.Bus;
import dev.ringside.machine.CostModel;
import dev.ringside.machine.EventLog;
import dev.ringside.machine.FrameAllocator;
import dev.ringside.machine.GuestMemory;
import dev.ringside.machine.MessageInterrupts;
import dev.ringside.machine.RealScheduler;
import dev.ringside.machine.RegisterWindow;
import dev.ringside.machine.WiredInterruptLine;
import dev.ringside.machine.pci.PciAddressMap;
import dev.ringside.machine.pci.PciCapabilityHeader;
import dev.ringside.machine.pci.PciHost;
import dev.ringside.posix.EventDescriptor;
import dev.ringside.posix.Poller;
import dev.ringside.virtio.spec.VfioUserCommand;
import dev.ringside.virtio.spec.VfioUserLayout.DmaMap;
import dev.ringside.virtio.spec.VfioUserLayout.IrqInfo;
import dev.ringside.virtio.spec.VfioUserLayout.RegionInfo;
import dev.ringside.virtio.spec.VfioUserLayout.SetIrqs;
import dev.ringside.virtio.transport.Transport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A virtual machine around a {@link VfioClient}, in which Ringside's driver finds the function on
 * its bus. It does what a machine does with a device from outside: it forwards registers, keeps the
 * MSI-X table itself, turns eventfds into interrupts, and takes any access to a window for the end
 * of an interrupt of the pin.
 */
final class ClientMachine implements AutoCloseable {
  private static final int MSIX_WINDOW = 2;
  private static final long POLL_NS = 20_000_000;

  private final VfioClient client;
  private final GuestMemory memory;
  private final Bus bus = new Bus();
  private final RealScheduler scheduler = new RealScheduler();
  private final WiredInterruptLine line = new WiredInterruptLine(scheduler, CostModel.ZERO);
  private final MessageInterrupts messages = new MessageInterrupts(scheduler, CostModel.ZERO);
  private final Bus.MovableWindow[] windows = new Bus.MovableWindow[BASE_ADDRESSES];
  private final List<EventDescriptor> events = new ArrayList<>();
  private final byte[] table;
  private final Thread interrupts;
  private volatile boolean closed;
  private volatile boolean pinPending;
  private final VirtioBlkDriver driver;

  /** Whether the memory is passed on as a descriptor, or reached by messages. */
  enum Sharing {
    DESCRIPTOR,
    MESSAGES
  }

  ClientMachine(
      ServedFunction served, Transport transport, Sharing sharing, DriverSettings settings) {
    memory = GuestMemory.memfd(32 << 20);
    client = new VfioClient(served.client()).memory(memory);
    client.agree();
    share(sharing);
    for (int i = 0; i < windows.length; i++) {
      long size = regionSize(i);
      if (size > 0) {
        windows[i] = bus.movable(size, new Window(i));
      }
    }
    int vectors = irqs(IrqInfo.MSIX);
    table = new byte[vectors * PciCapabilityHeader.MSIX_ENTRY_SIZE];
    connect(IrqInfo.INTX, 1);
    if (vectors > 0) {
      connect(IrqInfo.MSIX, vectors);
    }
    interrupts = new Thread(this::listen, "client interrupts");
    interrupts.start();
    new PciHost(bus, PciAddressMap.DEFAULT).plug(0, new Configuration());
    bus.map(MessageInterrupts.BASE, MessageInterrupts.SIZE, messages);
    Guest guest = new Guest(memory, new FrameAllocator(memory), line, scheduler, EventLog.OFF);
    driver = probe(transport, guest, settings);
  }

  private VirtioBlkDriver probe(Transport transport, Guest guest, DriverSettings settings) {
    if (transport != Transport.MMIO) {
      return PciProbe.probe(bus, PciAddressMap.DEFAULT, messages, guest, settings);
    }
    // What the guest's module does, which hands the window on.
    long configuration = PciAddressMap.DEFAULT.function(0, 0);
    long base = PciAddressMap.DEFAULT.memory();
    bus.write32(configuration + BASE_ADDRESS, (int) base);
    bus.write(configuration + COMMAND, Short.BYTES, COMMAND_MEMORY | COMMAND_BUS_MASTER);
    return MmioProbe.probe(bus, base, guest, settings);
  }

  private void share(Sharing sharing) {
    int flags = DmaMap.FLAG_READABLE | DmaMap.FLAG_WRITABLE;
    ByteBuffer map = VfioClient.dmaMap(0, memory.size(), 0, flags);
    switch (sharing) {
      case DESCRIPTOR -> client.must(VfioUserCommand.DMA_MAP, map, memory.file());
      case MESSAGES -> client.must(VfioUserCommand.DMA_MAP, map);
    }
  }

  private long regionSize(int index) {
    ByteBuffer question =
        VfioClient.payload(RegionInfo.BYTES).putInt(RegionInfo.BYTES).putInt(0).putInt(index);
    return client.must(VfioUserCommand.DEVICE_GET_REGION_INFO, question).getLong(RegionInfo.SIZE);
  }

  private int irqs(int index) {
    ByteBuffer question =
        VfioClient.payload(IrqInfo.BYTES).putInt(IrqInfo.BYTES).putInt(0).putInt(index);
    return client.must(VfioUserCommand.DEVICE_GET_IRQ_INFO, question).getInt(IrqInfo.COUNT);
  }

  /** In chunks of one, as a client may. */
  private void connect(int index, int count) {
    for (int i = 0; i < count; i++) {
      try {
        EventDescriptor event = EventDescriptor.create();
        events.add(event);
        client.must(
            VfioUserCommand.DEVICE_SET_IRQS,
            VfioClient.setIrqs(SetIrqs.FLAG_DATA_EVENTFD | SetIrqs.FLAG_TRIGGER, index, i, 1),
            event.descriptor());
      } catch (IOException failure) {
        throw new UncheckedIOException(failure);
      }
    }
  }

  /** The first eventfd is the pin's, the others the vectors'. */
  private void listen() {
    Poller poller = new Poller(events.size());
    events.forEach(event -> poller.add(event.descriptor(), Poller.READABLE));
    try {
      while (!closed) {
        int unused = poller.await(POLL_NS);
        for (int i = 0; i < events.size(); i++) {
          if (poller.isReported(i) && events.get(i).take() > 0) {
            interrupt(i - 1);
          }
        }
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private void interrupt(int vector) {
    if (vector < 0) {
      pinPending = true;
      line.raise();
      return;
    }
    ByteBuffer entry = ByteBuffer.wrap(table).order(java.nio.ByteOrder.LITTLE_ENDIAN);
    int at = vector * PciCapabilityHeader.MSIX_ENTRY_SIZE;
    messages.send(entry.getLong(at), entry.getInt(at + PciCapabilityHeader.MSIX_ENTRY_DATA));
  }

  private synchronized long read(int region, long offset, int width) {
    long value = client.read(region, offset, width);
    endOfInterrupt(region);
    return value;
  }

  private synchronized void write(int region, long offset, int width, long value) {
    client.write(region, offset, width, value);
    endOfInterrupt(region);
  }

  private void endOfInterrupt(int region) {
    if (pinPending && region < BASE_ADDRESSES) {
      pinPending = false;
      client.must(
          VfioUserCommand.DEVICE_SET_IRQS,
          VfioClient.setIrqs(SetIrqs.FLAG_DATA_NONE | SetIrqs.FLAG_UNMASK, IrqInfo.INTX, 0, 1));
    }
  }

  /** A window behind a base address; the MSI-X table stays here. */
  private final class Window implements RegisterWindow {
    private final int region;

    private Window(int region) {
      this.region = region;
    }

    @Override
    public long read(long offset, int width) {
      return ClientMachine.this.read(region, offset, width);
    }

    @Override
    public void write(long offset, int width, long value) {
      if (region == MSIX_WINDOW && offset + width <= table.length) {
        for (int i = 0; i < width; i++) {
          table[(int) offset + i] = (byte) (value >>> (i * Byte.SIZE));
        }
      } else {
        ClientMachine.this.write(region, offset, width, value);
      }
    }
  }

  /** The configuration space: forwarded, and the windows follow what the guest writes. */
  private final class Configuration implements RegisterWindow {
    @Override
    public long read(long offset, int width) {
      return ClientMachine.this.read(RegionInfo.CONFIGURATION, offset, width);
    }

    @Override
    public void write(long offset, int width, long value) {
      ClientMachine.this.write(RegionInfo.CONFIGURATION, offset, width, value);
      boolean decodes = (read(COMMAND, Short.BYTES) & COMMAND_MEMORY) != 0;
      for (int i = 0; i < windows.length; i++) {
        if (windows[i] != null && decodes) {
          long low = read(BASE_ADDRESS + 4L * i, Integer.BYTES);
          boolean wide = (low & BASE_ADDRESS_TYPE) == BASE_ADDRESS_64;
          long high = wide ? read(BASE_ADDRESS + 4L * i + 4, Integer.BYTES) : 0;
          windows[i].moveTo((low & ~BASE_ADDRESS_FLAGS) | (high << Integer.SIZE));
        }
      }
    }
  }

  VirtioBlkDriver driver() {
    return driver;
  }

  VfioClient client() {
    return client;
  }

  GuestMemory memory() {
    return memory;
  }

  @Override
  public void close() {
    driver.close();
    leave();
  }

  /** Goes without a word to the device. */
  void leave() {
    closed = true;
    try {
      interrupts.join();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    client.close();
    events.forEach(EventDescriptor::close);
    memory.close();
  }
}
