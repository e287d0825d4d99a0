package dev.ringside.virtio.vfio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.posix.EventDescriptor;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A level that travels as an event. */
class InterruptPinTest {
  private final AtomicBoolean asserted = new AtomicBoolean();
  private final InterruptPin pin = new InterruptPin(asserted::get, () -> {});
  private final EventDescriptor client;

  InterruptPinTest() throws IOException {
    client = EventDescriptor.create();
    pin.assign(EventDescriptor.adopt(client.descriptor().duplicate()));
  }

  @AfterEach
  void close() {
    pin.close();
    client.close();
  }

  private void raise() {
    asserted.set(true);
    pin.raise();
  }

  @Test
  void tellsOnceUntilItIsUnmasked() throws IOException {
    raise();
    raise();
    assertThat(client.take()).isEqualTo(1);
    raise();
    assertThat(client.take()).as("masked by the first").isZero();
  }

  @Test
  void tellsAgainWhenItIsUnmaskedAndStillAsserted() throws IOException {
    raise();
    assertThat(client.take()).isEqualTo(1);
    pin.unmask();
    assertThat(client.take()).isEqualTo(1);
    asserted.set(false);
    pin.unmask();
    assertThat(client.take()).as("the guest has taken the reason away").isZero();
    raise();
    assertThat(client.take()).isEqualTo(1);
  }

  @Test
  void tellsAClientThatListensLate() throws IOException {
    pin.assign(null);
    raise();
    assertThat(client.take()).isZero();
    pin.assign(EventDescriptor.adopt(client.descriptor().duplicate()));
    assertThat(client.take()).isEqualTo(1);
  }

  @Test
  void keepsStillWhileTheClientMasksIt() throws IOException {
    pin.mask();
    raise();
    assertThat(client.take()).isZero();
    pin.unmask();
    assertThat(client.take()).isEqualTo(1);
  }
}
