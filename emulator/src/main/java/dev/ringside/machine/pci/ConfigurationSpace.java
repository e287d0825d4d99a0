package dev.ringside.machine.pci;

import static dev.ringside.machine.pci.PciHeader.*;

import dev.ringside.machine.Bus;
import dev.ringside.machine.RegisterWindow;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * A function's configuration space: bytes of which the guest may change some bits, and watchers
 * that act on reads and writes of their registers. A guest can read every byte and write any value;
 * only the bits that one of the {@code allow} methods named change.
 *
 * <p>The space is put together first; {@link #seal} then keeps its contents as those of power-on,
 * to which {@link #reset} returns.
 */
public final class ConfigurationSpace implements RegisterWindow {
  /** Size in bytes, the extended part included, which is empty. */
  private static final int BYTES = 1 << PciAddressMap.FUNCTION_SHIFT;

  private static final int DWORD_MASK = Integer.BYTES - 1;

  private final ByteBuffer values = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
  private final ByteBuffer writable = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
  private final byte[] powerOn = new byte[BYTES];
  private final List<Watcher> readWatchers = new ArrayList<>();
  private final List<Watcher> writeWatchers = new ArrayList<>();
  private final List<BaseAddress> baseAddresses = new ArrayList<>();
  private int lastCapability = CAPABILITIES;
  private int nextCapability = PciHeader.SIZE;

  private record Watcher(int offset, int length, Runnable action) {
    private boolean touches(int from, int bytes) {
      return from < offset + length && offset < from + bytes;
    }
  }

  /** A window behind a base address. */
  private record BaseAddress(int offset, boolean wide, Bus.MovableWindow window) {}

  /** An empty space whose command register allows memory, bus mastering and INTx disable. */
  public ConfigurationSpace() {
    allow16(COMMAND, COMMAND_MEMORY | COMMAND_BUS_MASTER | COMMAND_INTX_DISABLE);
    allow8(INTERRUPT_LINE, 0xff);
    onWrite(COMMAND, Short.BYTES, this::placeWindows);
  }

  public int get8(int offset) {
    return values.get(offset) & 0xff;
  }

  public int get16(int offset) {
    return values.getShort(offset) & 0xffff;
  }

  public int get32(int offset) {
    return values.getInt(offset);
  }

  public void set8(int offset, int value) {
    values.put(offset, (byte) value);
  }

  public void set16(int offset, int value) {
    values.putShort(offset, (short) value);
  }

  public void set32(int offset, int value) {
    values.putInt(offset, value);
  }

  /** Lets the guest change these bits of a byte. */
  public void allow8(int offset, int bits) {
    writable.put(offset, (byte) bits);
  }

  /** Lets the guest change these bits of a 16-bit register. */
  public void allow16(int offset, int bits) {
    writable.putShort(offset, (short) bits);
  }

  /** Lets the guest change these bits of a 32-bit register. */
  public void allow32(int offset, int bits) {
    writable.putInt(offset, bits);
  }

  /** Has something done before each read that touches these bytes. */
  public void onRead(int offset, int length, Runnable action) {
    readWatchers.add(new Watcher(offset, length, action));
  }

  /** Has something done after each write that touches these bytes. */
  public void onWrite(int offset, int length, Runnable action) {
    writeWatchers.add(new Watcher(offset, length, action));
  }

  /**
   * Appends a capability to the list (PCI, section 6.7).
   *
   * @return its offset, a multiple of four
   */
  public int addCapability(int id, int length) {
    int offset = nextCapability;
    if (offset + length > CONVENTIONAL_SIZE) {
      throw new IllegalStateException("no room for capability 0x%x".formatted(id));
    }
    nextCapability = (offset + length + DWORD_MASK) & ~DWORD_MASK;
    set8(lastCapability, offset);
    set8(offset + PciCapabilityHeader.ID, id);
    lastCapability = offset + PciCapabilityHeader.NEXT;
    set16(STATUS, get16(STATUS) | STATUS_CAPABILITIES);
    return offset;
  }

  /**
   * Puts a memory window behind a base address, which the guest sizes and sets (PCI, section
   * 6.2.5.1). It is reachable while the command register says so.
   *
   * @param index 0 to 5; a wide one takes the next, too
   * @param wide whether the address has 64 bits
   * @param window of a size that is a power of two of at least 16
   */
  public void addBaseAddress(int index, boolean wide, Bus.MovableWindow window) {
    if (Long.bitCount(window.size()) != 1 || window.size() <= BASE_ADDRESS_FLAGS) {
      throw new IllegalArgumentException("a window of %d bytes".formatted(window.size()));
    }
    int offset = BASE_ADDRESS + Integer.BYTES * index;
    long bits = -window.size();
    allow32(offset, (int) bits);
    if (wide) {
      set32(offset, BASE_ADDRESS_64);
      allow32(offset + Integer.BYTES, (int) (bits >>> Integer.SIZE));
    }
    baseAddresses.add(new BaseAddress(offset, wide, window));
    onWrite(offset, wide ? Long.BYTES : Integer.BYTES, this::placeWindows);
  }

  private void placeWindows() {
    boolean decodes = (get16(COMMAND) & COMMAND_MEMORY) != 0;
    for (BaseAddress base : baseAddresses) {
      if (decodes) {
        base.window.moveTo(address(base));
      } else {
        base.window.remove();
      }
    }
  }

  private long address(BaseAddress base) {
    long low = get32(base.offset) & 0xffff_ffffL & ~BASE_ADDRESS_FLAGS;
    return base.wide ? low | (long) get32(base.offset + Integer.BYTES) << Integer.SIZE : low;
  }

  /** Whether bits of the command register are set. */
  public boolean command(int bits) {
    return (get16(COMMAND) & bits) == bits;
  }

  /** Keeps the contents as those of power-on. */
  public void seal() {
    values.get(0, powerOn);
  }

  /** Back to power-on: the windows are gone, everything that the guest wrote is forgotten. */
  public void reset() {
    values.put(0, powerOn);
    placeWindows();
  }

  /** Writes the conventional part of the space, byte by byte. */
  public void save(DataOutput out) throws IOException {
    out.write(values.array(), 0, CONVENTIONAL_SIZE);
  }

  /**
   * Takes over what the guest of a saved function has written, and places the windows. Whoever
   * watches other registers looks at them afterwards.
   *
   * @throws IOException when the rest of the space is not this function's
   */
  public void restore(DataInput in) throws IOException {
    byte[] saved = new byte[CONVENTIONAL_SIZE];
    in.readFully(saved);
    for (int i = 0; i < CONVENTIONAL_SIZE; i++) {
      int mask = writable.get(i);
      boolean changes = i >= STATUS && i < STATUS + Short.BYTES;
      if (!changes && ((saved[i] ^ values.get(i)) & ~mask) != 0) {
        throw new IOException("another PCI function: byte 0x%x differs".formatted(i));
      }
      set8(i, (get8(i) & ~mask) | (saved[i] & mask));
    }
    placeWindows();
  }

  @Override
  public long read(long offset, int width) {
    int from = (int) offset;
    if (from + width > BYTES) {
      return -1L >>> (Long.SIZE - width * Byte.SIZE);
    }
    act(readWatchers, from, width);
    long value = 0;
    for (int i = width - 1; i >= 0; i--) {
      value = value << Byte.SIZE | get8(from + i);
    }
    return value;
  }

  @Override
  public void write(long offset, int width, long value) {
    int from = (int) offset;
    if (from + width > BYTES) {
      return;
    }
    for (int i = 0; i < width; i++) {
      int mask = writable.get(from + i);
      int bits = (int) (value >>> (i * Byte.SIZE));
      set8(from + i, (get8(from + i) & ~mask) | (bits & mask));
    }
    act(writeWatchers, from, width);
  }

  private static void act(List<Watcher> watchers, int from, int bytes) {
    for (Watcher watcher : watchers) {
      if (watcher.touches(from, bytes)) {
        watcher.action.run();
      }
    }
  }
}
