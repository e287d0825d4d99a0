package dev.ringside.machine.pci;

import static dev.ringside.machine.pci.PciCapabilityHeader.*;

import dev.ringside.machine.MessageInterrupts;
import dev.ringside.machine.RegisterWindow;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * MSI-X of one function: a table with a message for each vector, and a pending bit for each that
 * was masked when it should have sent (PCI, section 6.8.2). The window holds the table and, behind
 * it, the pending bits:
 *
 * <pre>
 *   0                   pendingOffset
 *   | entry x vectors   | pending bits, 64 to a word |
 * </pre>
 *
 * <p>The device's tasks send; the guest's task writes entries and masks. Neither takes a lock, and
 * no message is lost between them: a sender that sees its vector masked sets the pending bit and
 * looks at the mask again, and whoever unmasks clears the mask and looks at the pending bit.
 */
public final class MsixTable implements RegisterWindow {
  /** The most vectors that a table can have. */
  public static final int MAX_VECTORS = MSIX_TABLE_SIZE + 1;

  private static final int WORDS_PER_ENTRY = MSIX_ENTRY_SIZE / Integer.BYTES;
  private static final int MIN_WINDOW = 0x1000;

  private final MessageInterrupts messages;
  private final int vectors;
  private final AtomicIntegerArray entries;
  private final AtomicIntegerArray pending;

  /** Where message control stands in the configuration space. */
  private int control;

  private volatile boolean enabled;
  private volatile boolean functionMasked;
  private volatile boolean busMaster;

  /**
   * A table with every vector masked.
   *
   * @param vectors 1 to {@link #MAX_VECTORS}
   */
  public MsixTable(int vectors, MessageInterrupts messages) {
    this.messages = messages;
    this.vectors = vectors;
    this.entries = new AtomicIntegerArray(vectors * WORDS_PER_ENTRY);
    this.pending = new AtomicIntegerArray(vectors);
    reset();
  }

  /** How many vectors there are. */
  public int vectors() {
    return vectors;
  }

  /** Whether messages are used instead of the interrupt pin. */
  public boolean isEnabled() {
    return enabled;
  }

  /** Where the pending bits begin in the window. */
  public int pendingOffset() {
    return vectors * MSIX_ENTRY_SIZE;
  }

  /** Size of the window: a power of two that holds table and pending bits. */
  public long windowSize() {
    long end = pendingOffset() + Long.BYTES * Math.ceilDiv((long) vectors, Long.SIZE);
    return Math.max(MIN_WINDOW, Long.highestOneBit(end - 1) << 1);
  }

  /**
   * Appends the capability that leads to this table.
   *
   * @param window the number of the base address behind which this window lies
   */
  public void addTo(ConfigurationSpace space, int window) {
    int capability = space.addCapability(ID_MSIX, MSIX_SIZE);
    control = capability + MSIX_CONTROL;
    space.set16(control, vectors - 1);
    space.allow16(control, MSIX_ENABLE | MSIX_FUNCTION_MASK);
    space.set32(capability + MSIX_TABLE, window);
    space.set32(capability + MSIX_PENDING, pendingOffset() | window);
    space.onWrite(control, Short.BYTES, () -> control(space.get16(control)));
  }

  /** Writes the table, four words for each vector, and then a byte for each that is pending. */
  public void save(DataOutput out) throws IOException {
    for (int word = 0; word < entries.length(); word++) {
      out.writeInt(entries.get(word));
    }
    for (int vector = 0; vector < vectors; vector++) {
      out.writeBoolean(pending.get(vector) != 0);
    }
  }

  /** Takes a saved table over. Nothing is sent before {@link #controlRestored}. */
  public void restore(DataInput in) throws IOException {
    for (int word = 0; word < entries.length(); word++) {
      boolean isControl = word % WORDS_PER_ENTRY == MSIX_ENTRY_CONTROL / Integer.BYTES;
      int value = in.readInt();
      entries.set(word, isControl ? value & MSIX_ENTRY_MASK : value);
    }
    for (int vector = 0; vector < vectors; vector++) {
      pending.set(vector, in.readBoolean() ? 1 : 0);
    }
  }

  /** The configuration space that this was added to has taken saved registers over. */
  public void controlRestored(ConfigurationSpace space) {
    control(space.get16(control));
  }

  private void control(int value) {
    enabled = (value & MSIX_ENABLE) != 0;
    functionMasked = (value & MSIX_FUNCTION_MASK) != 0;
    sendPending();
  }

  /** Allows messages, which are writes of a bus master, or holds them back. */
  public void allowSending(boolean allowed) {
    busMaster = allowed;
    sendPending();
  }

  private void sendPending() {
    for (int vector = 0; vector < vectors; vector++) {
      sendIfPending(vector);
    }
  }

  /** Masks every vector, and forgets what is pending. */
  public void reset() {
    enabled = false;
    functionMasked = false;
    busMaster = false;
    for (int vector = 0; vector < vectors; vector++) {
      for (int word = 0; word < WORDS_PER_ENTRY; word++) {
        entries.set(vector * WORDS_PER_ENTRY + word, 0);
      }
      entries.set(word(vector, MSIX_ENTRY_CONTROL), MSIX_ENTRY_MASK);
      pending.set(vector, 0);
    }
  }

  /**
   * Sends a vector's message, or leaves it pending while it is masked.
   *
   * @param vector below {@link #vectors}
   */
  public void send(int vector) {
    if (maySend(vector)) {
      deliver(vector);
    } else {
      pending.set(vector, 1);
      sendIfPending(vector);
    }
  }

  /** Volatile reads and writes of one total order: see the class. */
  private void sendIfPending(int vector) {
    if (maySend(vector) && pending.compareAndSet(vector, 1, 0)) {
      deliver(vector);
    }
  }

  private boolean maySend(int vector) {
    return enabled
        && busMaster
        && !functionMasked
        && (entries.get(word(vector, MSIX_ENTRY_CONTROL)) & MSIX_ENTRY_MASK) == 0;
  }

  private void deliver(int vector) {
    long low = entries.get(word(vector, MSIX_ENTRY_ADDRESS_LOW)) & 0xffff_ffffL;
    long high = entries.get(word(vector, MSIX_ENTRY_ADDRESS_HIGH));
    messages.send(low | high << Integer.SIZE, entries.get(word(vector, MSIX_ENTRY_DATA)));
  }

  private static int word(int vector, int field) {
    return vector * WORDS_PER_ENTRY + field / Integer.BYTES;
  }

  /** The table and the pending bits take aligned accesses of 4 and 8 bytes. */
  @Override
  public long read(long offset, int width) {
    if (width < Integer.BYTES || offset % width != 0) {
      return 0;
    }
    long low = readWord(offset) & 0xffff_ffffL;
    return width == Integer.BYTES
        ? low
        : low | (long) readWord(offset + Integer.BYTES) << Integer.SIZE;
  }

  private int readWord(long offset) {
    if (offset < pendingOffset()) {
      return entries.get((int) offset / Integer.BYTES);
    }
    long first = (offset - pendingOffset()) * Byte.SIZE;
    int bits = 0;
    for (int i = 0; i < Integer.SIZE && first + i < vectors; i++) {
      bits |= pending.get((int) first + i) << i;
    }
    return bits;
  }

  @Override
  public void write(long offset, int width, long value) {
    if (width < Integer.BYTES || offset % width != 0) {
      return;
    }
    writeWord(offset, (int) value);
    if (width == Long.BYTES) {
      writeWord(offset + Integer.BYTES, (int) (value >>> Integer.SIZE));
    }
  }

  /** The pending bits are the device's to write. */
  private void writeWord(long offset, int value) {
    if (offset < pendingOffset()) {
      boolean control = offset % MSIX_ENTRY_SIZE == MSIX_ENTRY_CONTROL;
      entries.set((int) offset / Integer.BYTES, control ? value & MSIX_ENTRY_MASK : value);
      sendIfPending((int) offset / MSIX_ENTRY_SIZE);
    }
  }
}
