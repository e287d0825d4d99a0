package dev.ringside.driver.vfio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.blk.BlkSettings;
import dev.ringside.driver.BlockStatus;
import dev.ringside.driver.DriverSettings;
import dev.ringside.driver.testing.CheckedWorkload;
import dev.ringside.driver.vfio.ClientMachine.Sharing;
import dev.ringside.machine.RandomStreams;
import dev.ringside.storage.MemoryStorage;
import dev.ringside.virtio.spec.Feature;
import dev.ringside.virtio.transport.Transport;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Ringside's driver in front of a function that is in another machine, as far as it can tell. */
class VfioUserTest {
  private static final long PACKED = Feature.RING_PACKED.mask();
  private static final long EVENTS = Feature.EVENT_IDX.mask();

  private static Stream<Arguments> combinations() {
    List<Arguments> all = new ArrayList<>();
    for (Transport transport : List.of(Transport.PCI, Transport.PCI_INTX, Transport.MMIO)) {
      for (Sharing sharing : Sharing.values()) {
        all.add(Arguments.of(transport, sharing, 1, ~PACKED));
        all.add(Arguments.of(transport, sharing, 1, ~(PACKED | EVENTS)));
        all.add(Arguments.of(transport, sharing, 1, ~0L));
        all.add(Arguments.of(transport, sharing, 2, ~0L & ~EVENTS));
      }
    }
    return all.stream();
  }

  @ParameterizedTest(name = "{0}, {1}, {2} queues, features {3}")
  @MethodSource("combinations")
  void carriesRequests(Transport transport, Sharing sharing, int queues, long features)
      throws IOException {
    MemoryStorage storage = MemoryStorage.ofSectors(1024);
    BlkSettings device = BlkSettings.DEFAULT.withQueues(queues);
    DriverSettings settings = DriverSettings.DEFAULT.withQueues(queues).withFeatures(features);
    try (ServedFunction served = new ServedFunction(storage, transport, device);
        ClientMachine machine = new ClientMachine(served, transport, sharing, settings)) {
      CheckedWorkload workload =
          new CheckedWorkload(machine.driver(), 0, new RandomStreams(1).stream("workload"));
      workload.run(200);
      assertThat(workload.misbehaviour()).isEmpty();
      assertThat(workload.damage()).isEmpty();
      // The last one is the flush at the end.
      assertThat(workload.ended(BlockStatus.OK)).isEqualTo(201);
      workload.checkStored(storage);
      assertThat(workload.damage()).isEmpty();
      assertThat(machine.client().dmaRequests() > 0).isEqualTo(sharing == Sharing.MESSAGES);
      assertThat(served.session().interrupts()).isPositive();
      assertThat(served.session().refused()).isZero();
    }
  }
}
