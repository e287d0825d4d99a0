package dev.ringside.virtio.vfio;

import dev.ringside.machine.InterruptOutput;
import dev.ringside.machine.MessageInterrupts;
import dev.ringside.machine.pci.MsixTable;
import dev.ringside.machine.pci.PciCapabilityHeader;
import dev.ringside.posix.Descriptor;
import dev.ringside.posix.DescriptorBundle;
import dev.ringside.posix.EventDescriptor;
import dev.ringside.posix.PosixException;
import dev.ringside.virtio.spec.VfioUserLayout.IrqInfo;
import dev.ringside.virtio.spec.VfioUserLayout.SetIrqs;
import dev.ringside.virtio.transport.PciFunction;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * A function's interrupts as the client has arranged them (vfio-user 0.0,
 * "VFIO_USER_DEVICE_SET_IRQS"): an eventfd for the pin, and one for each MSI-X vector.
 *
 * <p>The client keeps the MSI-X table to itself: which message a vector sends to the guest is its
 * business. What stands in the function's own table is written here: a message that signals the
 * vector's eventfd, masked while there is none or the client says so. What the device sends
 * meanwhile stays pending there.
 */
final class ClientInterrupts implements AutoCloseable {
  private final PciFunction function;
  private final InterruptPin pin;
  private final InterruptEvent[] vectors;
  private final MessageInterrupts.Message[] sent;

  /** Which vectors the client has masked. */
  private final boolean[] masked;

  private final LongAdder told = new LongAdder();

  /**
   * The interrupts of a function, none of which the client wants yet.
   *
   * @param line what the function raises; it is connected here
   * @param messages what the function's messages go to
   */
  ClientInterrupts(PciFunction function, PinLine line, MessageInterrupts messages) {
    this.function = function;
    this.pin = new InterruptPin(function::assertsPin, told::increment);
    MsixTable table = function.msix();
    int count = table == null ? 0 : table.vectors();
    this.vectors = new InterruptEvent[count];
    this.sent = new MessageInterrupts.Message[count];
    this.masked = new boolean[count];
    for (int i = 0; i < count; i++) {
      InterruptEvent event = new InterruptEvent();
      vectors[i] = event;
      sent[i] = messages.connect(() -> tell(event));
    }
    line.connect(pin);
    function.onReset(this::programAll);
    programAll();
  }

  private void tell(InterruptEvent event) {
    if (event.signal()) {
      told.increment();
    }
  }

  /** How many interrupts the client was told of. */
  long told() {
    return told.sum();
  }

  /** How many interrupts there are of a kind. */
  int count(int index) {
    return switch (index) {
      case IrqInfo.INTX -> 1;
      case IrqInfo.MSIX -> vectors.length;
      default -> 0;
    };
  }

  /** What the client can do with a kind. */
  int flags(int index) {
    return switch (index) {
      case IrqInfo.INTX -> IrqInfo.FLAG_EVENTFD | IrqInfo.FLAG_MASKABLE | IrqInfo.FLAG_AUTOMASKED;
      case IrqInfo.MSIX -> IrqInfo.FLAG_EVENTFD | IrqInfo.FLAG_MASKABLE;
      default -> 0;
    };
  }

  /**
   * Carries SET_IRQS out.
   *
   * @throws RefusedException when the client contradicts itself; nothing has changed then
   */
  void set(VfioMessage command) throws RefusedException {
    command.requireAtLeast(SetIrqs.DATA);
    long flags = command.u32(SetIrqs.FLAGS);
    long index = command.u32(SetIrqs.INDEX);
    long start = command.u32(SetIrqs.START);
    long count = command.u32(SetIrqs.COUNT);
    int data = (int) flags & SetIrqs.DATA_FLAGS;
    int action = (int) flags & SetIrqs.ACTION_FLAGS;
    if ((flags & ~(SetIrqs.DATA_FLAGS | SetIrqs.ACTION_FLAGS)) != 0
        || Integer.bitCount(data) != 1
        || Integer.bitCount(action) != 1) {
      throw RefusedException.invalid("interrupts with flags 0x%x".formatted(flags));
    }
    if (index >= IrqInfo.INDICES || start + count > count((int) index)) {
      throw RefusedException.invalid(
          "interrupts %d + %d of kind %d, which has not so many".formatted(start, count, index));
    }
    if (data != SetIrqs.FLAG_DATA_EVENTFD) {
      command.requireNoDescriptors();
    }
    command.requireBytes(SetIrqs.DATA + (data == SetIrqs.FLAG_DATA_BOOL ? count : 0));
    if (data == SetIrqs.FLAG_DATA_EVENTFD) {
      assign((int) index, (int) start, (int) count, action, command.descriptors());
    } else if (data == SetIrqs.FLAG_DATA_NONE && count == 0) {
      disable((int) index, (int) start, action);
    } else {
      for (int i = 0; i < count; i++) {
        if (data == SetIrqs.FLAG_DATA_NONE || command.u8(SetIrqs.DATA + i) != 0) {
          act((int) index, (int) start + i, action);
        }
      }
    }
  }

  /** No descriptor takes those away that are there; otherwise there is one for each. */
  private void assign(int index, int start, int count, int action, DescriptorBundle descriptors)
      throws RefusedException {
    if (action != SetIrqs.FLAG_TRIGGER) {
      throw new RefusedException(
          RefusedException.EOPNOTSUPP, "an eventfd that masks or unmasks is not known here");
    }
    boolean takesAway = descriptors.isEmpty();
    if (!takesAway && descriptors.size() != count) {
      throw RefusedException.invalid(
          "%d descriptors for %d interrupts".formatted(descriptors.size(), count));
    }
    for (int i = 0; i < count; i++) {
      assign(index, start + i, takesAway ? null : event(descriptors.take()));
    }
  }

  private static EventDescriptor event(Descriptor descriptor) throws RefusedException {
    try {
      return EventDescriptor.adopt(descriptor);
    } catch (PosixException unusable) {
      descriptor.close();
      throw new RefusedException(RefusedException.EINVAL, String.valueOf(unusable.getMessage()));
    }
  }

  private void assign(int index, int number, @Nullable EventDescriptor event) {
    if (index == IrqInfo.INTX) {
      pin.assign(event);
    } else {
      // Masked first: what is sent in between stays pending.
      program(number, false);
      vectors[number].replace(event);
      masked[number] = false;
      program(number);
    }
  }

  private void disable(int index, int start, int action) throws RefusedException {
    if (start != 0 || action != SetIrqs.FLAG_TRIGGER) {
      throw RefusedException.invalid(
          "no interrupt from %d on, with action 0x%x".formatted(start, action));
    }
    for (int i = 0; i < count(index); i++) {
      assign(index, i, null);
    }
  }

  private void act(int index, int number, int action) {
    if (index == IrqInfo.INTX) {
      switch (action) {
        case SetIrqs.FLAG_MASK -> pin.mask();
        case SetIrqs.FLAG_UNMASK -> pin.unmask();
        default -> pin.trigger();
      }
    } else if (action == SetIrqs.FLAG_TRIGGER) {
      tell(vectors[number]);
    } else {
      masked[number] = action == SetIrqs.FLAG_MASK;
      program(number);
    }
  }

  /** After a reset, which has emptied the table. */
  private void programAll() {
    for (int i = 0; i < vectors.length; i++) {
      program(i);
    }
  }

  private void program(int vector) {
    program(vector, vectors[vector].isAssigned() && !masked[vector]);
  }

  private void program(int vector, boolean sends) {
    MsixTable table = function.msix();
    if (table == null) {
      return;
    }
    long entry = (long) PciCapabilityHeader.MSIX_ENTRY_SIZE * vector;
    MessageInterrupts.Message message = sent[vector];
    int mask = sends ? 0 : PciCapabilityHeader.MSIX_ENTRY_MASK;
    write(table, entry + PciCapabilityHeader.MSIX_ENTRY_ADDRESS_LOW, (int) message.address());
    write(table, entry + PciCapabilityHeader.MSIX_ENTRY_ADDRESS_HIGH, 0);
    write(table, entry + PciCapabilityHeader.MSIX_ENTRY_DATA, message.data());
    write(table, entry + PciCapabilityHeader.MSIX_ENTRY_CONTROL, mask);
  }

  private static void write(MsixTable table, long offset, int value) {
    table.write(offset, Integer.BYTES, value & 0xffff_ffffL);
  }

  @Override
  public void close() {
    pin.close();
    for (InterruptEvent vector : vectors) {
      vector.close();
    }
  }

  /** What a function is built with, before there is a pin. */
  static final class PinLine implements InterruptOutput {
    private volatile @Nullable InterruptPin end;

    void connect(InterruptPin pin) {
      end = pin;
    }

    @Override
    public void raise() {
      InterruptPin connected = end;
      if (connected != null) {
        connected.raise();
      }
    }
  }
}
