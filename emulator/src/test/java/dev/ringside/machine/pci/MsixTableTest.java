package dev.ringside.machine.pci;

import static dev.ringside.machine.pci.PciCapabilityHeader.*;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.machine.CostModel;
import dev.ringside.machine.MessageInterrupts;
import dev.ringside.machine.MessageInterrupts.Message;
import dev.ringside.machine.RealScheduler;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MsixTableTest {
  private static final int VECTORS = 70;
  private static final int VECTOR = 66;
  private static final int ENTRY = VECTOR * MSIX_ENTRY_SIZE;

  private final MessageInterrupts messages =
      new MessageInterrupts(new RealScheduler(), CostModel.ZERO);
  private final MsixTable table = new MsixTable(VECTORS, messages);
  private final ConfigurationSpace space = new ConfigurationSpace();
  private final AtomicInteger received = new AtomicInteger();
  private int control;

  @BeforeEach
  void connect() {
    table.addTo(space, 2);
    control = PciHeader.SIZE + MSIX_CONTROL;
    Message message = messages.connect(received::incrementAndGet);
    table.write(ENTRY, 8, message.address());
    table.write(ENTRY + MSIX_ENTRY_DATA, 4, message.data());
    table.write(ENTRY + MSIX_ENTRY_CONTROL, 4, 0);
    space.write(control, 2, MSIX_ENABLE);
    table.allowSending(true);
  }

  private long pending() {
    return table.read(table.pendingOffset() + 8, 8);
  }

  @Test
  void tellsWhereTableAndPendingBitsAre() {
    assertThat(space.read(control, 2) & MSIX_TABLE_SIZE).isEqualTo(VECTORS - 1);
    assertThat(space.read(PciHeader.SIZE + MSIX_TABLE, 4)).isEqualTo(2);
    assertThat(space.read(PciHeader.SIZE + MSIX_PENDING, 4)).isEqualTo(VECTORS * 16 + 2);
    assertThat(table.windowSize()).isEqualTo(0x1000);
    assertThat(new MsixTable(2048, messages).windowSize()).isEqualTo(0x1_0000);
  }

  @Test
  void sendsAVectorThatIsNotMasked() {
    table.send(VECTOR);
    table.send(VECTOR);
    assertThat(received).hasValue(2);
    assertThat(pending()).isZero();
  }

  @Test
  void holdsAMaskedVectorBackUntilItIsUnmasked() {
    table.write(ENTRY + MSIX_ENTRY_CONTROL, 4, MSIX_ENTRY_MASK);
    table.send(VECTOR);
    table.send(VECTOR);
    assertThat(pending()).isEqualTo(1L << (VECTOR - 64));
    assertThat(received).hasValue(0);
    table.write(ENTRY + MSIX_ENTRY_CONTROL, 4, 0);
    assertThat(received).hasValue(1);
    assertThat(pending()).isZero();
  }

  @Test
  void holdsEveryVectorBackWhileTheFunctionIsMasked() {
    space.write(control, 2, MSIX_ENABLE | MSIX_FUNCTION_MASK);
    table.send(VECTOR);
    assertThat(received).hasValue(0);
    space.write(control, 2, MSIX_ENABLE);
    assertThat(received).hasValue(1);
  }

  @Test
  void sendsOnlyAsABusMaster() {
    table.allowSending(false);
    table.send(VECTOR);
    assertThat(received).hasValue(0);
    table.allowSending(true);
    assertThat(received).hasValue(1);
  }

  @Test
  void sendsNothingToAnAddressThatIsNoInterruptController() {
    table.write(ENTRY, 8, 0xfeb0_0000L);
    table.send(VECTOR);
    table.write(ENTRY, 8, -1);
    table.send(VECTOR);
    assertThat(received).hasValue(0);
  }

  @Test
  void takesAlignedAccessesOfFourAndEightBytes() {
    table.write(ENTRY + MSIX_ENTRY_DATA, 2, 0x55);
    table.write(ENTRY + MSIX_ENTRY_DATA + 2, 4, 0x55);
    table.write(table.pendingOffset(), 8, -1);
    assertThat(table.read(ENTRY + MSIX_ENTRY_DATA, 4)).isZero();
    assertThat(table.read(ENTRY + MSIX_ENTRY_DATA, 1)).isZero();
    assertThat(table.read(table.pendingOffset(), 8)).isZero();
    table.write(ENTRY + MSIX_ENTRY_CONTROL, 4, -1);
    assertThat(table.read(ENTRY + MSIX_ENTRY_DATA, 8)).isEqualTo(1L << 32);
  }

  @Test
  void masksAndForgetsEverythingWhenItIsReset() {
    space.write(control, 2, MSIX_ENABLE | MSIX_FUNCTION_MASK);
    table.send(VECTOR);
    table.reset();
    assertThat(pending()).isZero();
    assertThat(table.isEnabled()).isFalse();
    assertThat(table.read(ENTRY + MSIX_ENTRY_CONTROL, 4)).isEqualTo(MSIX_ENTRY_MASK);
  }

  /** A sender, and a guest that unmasks at the same moment: the message arrives exactly once. */
  @Test
  void losesNoMessageToARaceWithTheMask() throws InterruptedException {
    int rounds = 20_000;
    AtomicInteger masked = new AtomicInteger();
    AtomicInteger unmasked = new AtomicInteger();
    AtomicInteger counted = new AtomicInteger();
    Thread guest =
        Thread.ofPlatform()
            .start(
                () -> {
                  for (int round = 1; round <= rounds; round++) {
                    table.write(ENTRY + MSIX_ENTRY_CONTROL, 4, MSIX_ENTRY_MASK);
                    masked.set(round);
                    table.write(ENTRY + MSIX_ENTRY_CONTROL, 4, 0);
                    unmasked.set(round);
                    awaitValue(counted, round);
                  }
                });
    int missing = 0;
    for (int round = 1; round <= rounds; round++) {
      awaitValue(masked, round);
      table.send(VECTOR);
      awaitValue(unmasked, round);
      missing += received.get() == round ? 0 : 1;
      counted.set(round);
    }
    guest.join();
    assertThat(missing).isZero();
  }

  private static void awaitValue(AtomicInteger counter, int value) {
    while (counter.get() < value) {
      Thread.onSpinWait();
    }
  }
}
