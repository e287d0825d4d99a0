package dev.ringside.driver.vfio;

import static dev.ringside.driver.vfio.VfioClient.access;
import static dev.ringside.driver.vfio.VfioClient.dmaMap;
import static dev.ringside.driver.vfio.VfioClient.dmaUnmap;
import static dev.ringside.driver.vfio.VfioClient.payload;
import static dev.ringside.driver.vfio.VfioClient.setIrqs;
import static dev.ringside.driver.vfio.VfioClient.writing;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.blk.BlkSettings;
import dev.ringside.driver.DriverSettings;
import dev.ringside.driver.vfio.ClientMachine.Sharing;
import dev.ringside.driver.vfio.VfioClient.DmaAnswer;
import dev.ringside.posix.Descriptor;
import dev.ringside.posix.EventDescriptor;
import dev.ringside.posix.FileCalls;
import dev.ringside.posix.MemoryFile;
import dev.ringside.storage.MemoryStorage;
import dev.ringside.virtio.spec.DeviceStatus;
import dev.ringside.virtio.spec.Feature;
import dev.ringside.virtio.spec.PciCommonConfig;
import dev.ringside.virtio.spec.VfioUserCommand;
import dev.ringside.virtio.spec.VfioUserLayout.IrqInfo;
import dev.ringside.virtio.spec.VfioUserLayout.RegionInfo;
import dev.ringside.virtio.spec.VfioUserLayout.SetIrqs;
import dev.ringside.virtio.transport.Transport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A client that lies: what it is told, and what is left when it has gone. */
class HostileClientTest {
  private static final int EEXIST = 17;
  private static final int ENOENT = 2;
  private static final int EINVAL = 22;
  private static final int ENOTTY = 25;
  private static final int E2BIG = 7;
  private static final int EOPNOTSUPP = 95;

  private static final int PAGE = 4096;
  private static final int READ_WRITE = 3;
  private static final int TRIGGER = SetIrqs.FLAG_TRIGGER;
  private static final int EVENTFD = SetIrqs.FLAG_DATA_EVENTFD;
  private static final int NONE = SetIrqs.FLAG_DATA_NONE;
  private static final int BOOL = SetIrqs.FLAG_DATA_BOOL;

  private final MemoryStorage storage = MemoryStorage.ofSectors(256);
  private final List<AutoCloseable> opened = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable one : opened.reversed()) {
      one.close();
    }
  }

  private <T extends AutoCloseable> T later(T one) {
    opened.add(one);
    return one;
  }

  private ServedFunction serve() {
    return later(new ServedFunction(storage, Transport.PCI, BlkSettings.DEFAULT));
  }

  private VfioClient client() {
    return later(new VfioClient(serve().client()));
  }

  private VfioClient agreed() {
    VfioClient client = client();
    assertThat(client.agree().errno()).isZero();
    return client;
  }

  /** A message of a header with these numbers, and zeros behind it. */
  private static byte[] message(int command, long size, int flags, int bytes) {
    ByteBuffer message = payload(Math.max(16, bytes));
    message.putShort((short) 1).putShort((short) command).putInt((int) size).putInt(flags);
    return Arrays.copyOf(message.array(), bytes);
  }

  private static Stream<Arguments> broken() {
    return Stream.of(
        Arguments.of("a size below a header's", message(4, 15, 0, 16)),
        Arguments.of("a size of 0", message(4, 0, 0, 16)),
        Arguments.of("a size of 4 GiB", message(4, 0xffff_ffffL, 0, 16)),
        Arguments.of("a size of 2 MiB", message(4, 2 << 20, 0, 16)),
        Arguments.of("a type that there is not", message(4, 32, 2, 32)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("broken")
  void leavesAClientThatBreaksTheProtocol(String what, byte[] message) {
    VfioClient client = agreed();
    client.sendRaw(message);
    assertThat(client.isLeft()).as(what).isTrue();
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 4, 8, 9, 10, 13, 99})
  void leavesAClientThatDoesNotBeginWithAVersion(int command) {
    VfioClient client = client();
    client.sendRaw(message(command, 16, 0, 16));
    assertThat(client.isLeft()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{",
        "[]",
        "{\"capabilities\":3}",
        "{\"capabilities\":{\"max_msg_fds\":-1}}",
        "{\"capabilities\":{\"max_msg_fds\":\"8\"}}",
        "{\"capabilities\":{\"max_data_xfer_size\":0}}",
        "{\"capabilities\":{\"max_data_xfer_size\":-99999999999999999999}}",
        "{\"capabilities\":{\"write_multiple\":1}}",
        "{\"capabilities\":{}} {}",
        "\u00ff\u00fe"
      })
  void leavesAClientWhoseCapabilitiesAreNone(String json) {
    VfioClient client = client();
    byte[] text = json.getBytes(StandardCharsets.ISO_8859_1);
    client.post(VfioUserCommand.VERSION, payload(5 + text.length).putInt(0).put(text));
    assertThat(client.isLeft()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "\0",
        "{}",
        "{\"capabilities\":{\"max_msg_fds\":123456789012345678901234567890}}",
        "{\"other\":[{\"capabilities\":1}],\"capabilities\":{\"twin_socket\":{\"supported\":true}}}"
      })
  void agreesWithAClientThatSaysLittleOrMuch(String json) {
    VfioClient client = client();
    assertThat(client.agree(json).errno()).isZero();
    assertThat(client.read(RegionInfo.CONFIGURATION, 0, 2)).isEqualTo(0x1af4);
  }

  @Test
  void leavesAClientOfAnotherVersion() {
    VfioClient client = client();
    client.post(VfioUserCommand.VERSION, payload(4).putShort((short) 1).putShort((short) 0));
    assertThat(client.isLeft()).isTrue();
  }

  /** A command that is refused: its number, its payload, the errno. */
  private static Arguments refused(int command, ByteBuffer payload, int errno) {
    return Arguments.of(command, payload, errno);
  }

  private static ByteBuffer info(int bytes, int room, int index) {
    ByteBuffer payload = payload(Math.max(bytes, 12)).putInt(room).putInt(0).putInt(index);
    return ByteBuffer.wrap(Arrays.copyOf(payload.array(), bytes));
  }

  private static ByteBuffer feature(int flags) {
    return payload(8).putInt(8).putInt(flags);
  }

  private static ByteBuffer multi(long count, int writes, int width, long offset) {
    ByteBuffer payload = payload(8 + 24 * writes).putLong(count);
    for (int i = 0; i < writes; i++) {
      payload.putLong(offset).putInt(0).putInt(width).putLong(0);
    }
    return payload;
  }

  private static Stream<Arguments> refusals() {
    int config = RegionInfo.CONFIGURATION;
    return Stream.of(
        refused(VfioUserCommand.VERSION, payload(4), EINVAL),
        refused(0, payload(0), EOPNOTSUPP),
        refused(14, payload(0), EOPNOTSUPP),
        refused(0xffff, payload(64), EOPNOTSUPP),
        refused(VfioUserCommand.DMA_READ, payload(16), EOPNOTSUPP),
        refused(VfioUserCommand.MIG_DATA_READ, payload(8), EOPNOTSUPP),
        refused(VfioUserCommand.DEVICE_FEATURE, payload(7), EINVAL),
        refused(VfioUserCommand.DEVICE_FEATURE, feature(1 | 1 << 16), ENOTTY),
        refused(VfioUserCommand.DEVICE_RESET, payload(1), EINVAL),
        refused(VfioUserCommand.REGION_WRITE, payload(1 << 17), E2BIG),
        // information
        refused(VfioUserCommand.DEVICE_GET_INFO, info(15, 16, 0), EINVAL),
        refused(VfioUserCommand.DEVICE_GET_INFO, info(17, 16, 0), EINVAL),
        refused(VfioUserCommand.DEVICE_GET_INFO, info(16, 15, 0), EINVAL),
        refused(VfioUserCommand.DEVICE_GET_REGION_INFO, info(32, 32, 9), EINVAL),
        refused(VfioUserCommand.DEVICE_GET_REGION_INFO, info(32, 32, -1), EINVAL),
        refused(VfioUserCommand.DEVICE_GET_REGION_INFO, info(31, 32, 0), EINVAL),
        refused(VfioUserCommand.DEVICE_GET_REGION_IO_FDS, info(16, 16, 9), EINVAL),
        refused(VfioUserCommand.DEVICE_GET_IRQ_INFO, info(16, 16, 5), EINVAL),
        refused(VfioUserCommand.DEVICE_GET_IRQ_INFO, info(16, 0, 0), EINVAL),
        // registers
        refused(VfioUserCommand.REGION_READ, access(9, 0, 4), EINVAL),
        refused(VfioUserCommand.REGION_READ, access(-1, 0, 4), EINVAL),
        refused(VfioUserCommand.REGION_READ, access(1, 0, 4), EINVAL),
        refused(VfioUserCommand.REGION_READ, access(6, 0, 4), EINVAL),
        refused(VfioUserCommand.REGION_READ, access(0, 0, 0), EINVAL),
        refused(VfioUserCommand.REGION_READ, access(0, 0, 3), EINVAL),
        refused(VfioUserCommand.REGION_READ, access(0, 0, 16), EINVAL),
        refused(VfioUserCommand.REGION_READ, access(0, 0x4000, 1), EINVAL),
        refused(VfioUserCommand.REGION_READ, access(0, 0x3fff, 2), EINVAL),
        refused(VfioUserCommand.REGION_READ, access(0, -1, 1), EINVAL),
        refused(VfioUserCommand.REGION_READ, access(0, Long.MIN_VALUE, 4), EINVAL),
        refused(VfioUserCommand.REGION_READ, access(config, 0xfff, 2), EINVAL),
        refused(VfioUserCommand.REGION_READ, access(config, 0, 4097), EINVAL),
        refused(VfioUserCommand.REGION_READ, access(config, 0, -1), EINVAL),
        refused(VfioUserCommand.REGION_READ, payload(15), EINVAL),
        refused(VfioUserCommand.REGION_WRITE, writing(0, 0, 3, 0), EINVAL),
        refused(VfioUserCommand.REGION_WRITE, access(0, 0, 4), EINVAL),
        refused(VfioUserCommand.REGION_WRITE, payload(8), EINVAL),
        refused(VfioUserCommand.REGION_WRITE_MULTI, payload(7), EINVAL),
        refused(VfioUserCommand.REGION_WRITE_MULTI, multi(2, 1, 4, 0), EINVAL),
        refused(VfioUserCommand.REGION_WRITE_MULTI, multi(-1, 1, 4, 0), EINVAL),
        refused(VfioUserCommand.REGION_WRITE_MULTI, multi(1, 1, 9, 0), EINVAL),
        refused(VfioUserCommand.REGION_WRITE_MULTI, multi(1, 1, 3, 0), EINVAL),
        refused(VfioUserCommand.REGION_WRITE_MULTI, multi(1, 1, 4, 1L << 40), EINVAL),
        // memory
        refused(VfioUserCommand.DMA_MAP, payload(31), EINVAL),
        refused(VfioUserCommand.DMA_MAP, payload(33), EINVAL),
        refused(VfioUserCommand.DMA_MAP, dmaMap(0, 0, 0, READ_WRITE), EINVAL),
        refused(VfioUserCommand.DMA_MAP, dmaMap(0, PAGE, 0, 0), EINVAL),
        refused(VfioUserCommand.DMA_MAP, dmaMap(0, PAGE, 0, 4), EINVAL),
        refused(VfioUserCommand.DMA_MAP, dmaMap(1, PAGE, 0, READ_WRITE), EINVAL),
        refused(VfioUserCommand.DMA_MAP, dmaMap(0, PAGE + 1, 0, READ_WRITE), EINVAL),
        refused(VfioUserCommand.DMA_MAP, dmaMap(0, -PAGE, 0, READ_WRITE), EINVAL),
        refused(VfioUserCommand.DMA_MAP, dmaMap(-PAGE, 2 * PAGE, 0, READ_WRITE), EINVAL),
        refused(VfioUserCommand.DMA_UNMAP, dmaUnmap(0, PAGE, 0), ENOENT),
        refused(VfioUserCommand.DMA_UNMAP, dmaUnmap(0, PAGE, 1), EINVAL),
        refused(VfioUserCommand.DMA_UNMAP, dmaUnmap(PAGE, 0, 2), EINVAL),
        refused(VfioUserCommand.DMA_UNMAP, payload(23), EINVAL),
        // interrupts
        refused(VfioUserCommand.DEVICE_SET_IRQS, payload(19), EINVAL),
        refused(VfioUserCommand.DEVICE_SET_IRQS, setIrqs(0, 0, 0, 1), EINVAL),
        refused(VfioUserCommand.DEVICE_SET_IRQS, setIrqs(NONE | BOOL | TRIGGER, 0, 0, 1), EINVAL),
        refused(VfioUserCommand.DEVICE_SET_IRQS, setIrqs(NONE | 0x38, 0, 0, 1), EINVAL),
        refused(VfioUserCommand.DEVICE_SET_IRQS, setIrqs(NONE | TRIGGER | 64, 0, 0, 1), EINVAL),
        refused(VfioUserCommand.DEVICE_SET_IRQS, setIrqs(NONE | TRIGGER, 5, 0, 0), EINVAL),
        refused(VfioUserCommand.DEVICE_SET_IRQS, setIrqs(NONE | TRIGGER, 1, 0, 1), EINVAL),
        refused(VfioUserCommand.DEVICE_SET_IRQS, setIrqs(NONE | TRIGGER, 0, 0, 2), EINVAL),
        refused(VfioUserCommand.DEVICE_SET_IRQS, setIrqs(NONE | TRIGGER, 2, 2, 1), EINVAL),
        refused(VfioUserCommand.DEVICE_SET_IRQS, setIrqs(NONE | TRIGGER, 2, -1, 2), EINVAL),
        refused(VfioUserCommand.DEVICE_SET_IRQS, setIrqs(NONE | TRIGGER, 2, 1, -1), EINVAL),
        refused(VfioUserCommand.DEVICE_SET_IRQS, setIrqs(NONE | TRIGGER, 2, 1, 0), EINVAL),
        refused(VfioUserCommand.DEVICE_SET_IRQS, setIrqs(BOOL | TRIGGER, 2, 0, 2), EINVAL));
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void refusesWhatCannotBeAndGoesOn(int command, ByteBuffer payload, int errno) {
    VfioClient client = agreed();
    assertThat(client.call(command, payload).errno()).isEqualTo(errno);
    client.post(command, payload);
    assertThat(client.read(RegionInfo.CONFIGURATION, 0, 2)).isEqualTo(0x1af4);
  }

  @Test
  void refusesDescriptorsWhereThereAreNone() throws IOException {
    VfioClient client = agreed();
    try (EventDescriptor one = EventDescriptor.create();
        EventDescriptor two = EventDescriptor.create()) {
      Descriptor first = one.descriptor();
      Descriptor second = two.descriptor();
      assertThat(client.call(VfioUserCommand.DEVICE_GET_INFO, info(16, 16, 0), first).errno())
          .isEqualTo(EINVAL);
      assertThat(client.call(VfioUserCommand.DMA_MAP, dmaMap(0, PAGE, 0, 3), first, second).errno())
          .isEqualTo(EINVAL);
      // An eventfd is no memory.
      assertThat(client.call(VfioUserCommand.DMA_MAP, dmaMap(0, PAGE, 0, 3), first).errno())
          .isEqualTo(EINVAL);
      assertThat(
              client
                  .call(
                      VfioUserCommand.DEVICE_SET_IRQS,
                      setIrqs(EVENTFD | TRIGGER, IrqInfo.MSIX, 0, 1),
                      first,
                      second)
                  .errno())
          .isEqualTo(EINVAL);
      assertThat(
              client
                  .call(VfioUserCommand.DEVICE_SET_IRQS, setIrqs(NONE | TRIGGER, 0, 0, 1), first)
                  .errno())
          .isEqualTo(EINVAL);
      assertThat(
              client
                  .call(
                      VfioUserCommand.DEVICE_SET_IRQS,
                      setIrqs(EVENTFD | SetIrqs.FLAG_UNMASK, IrqInfo.INTX, 0, 1),
                      first)
                  .errno())
          .isEqualTo(EOPNOTSUPP);
    }
  }

  @Test
  void tellsWhatItIs() {
    VfioClient client = agreed();
    ByteBuffer device = client.must(VfioUserCommand.DEVICE_GET_INFO, info(16, 64, 0));
    assertThat(device.getInt(0)).isEqualTo(16);
    assertThat(device.getInt(4)).isEqualTo(3);
    assertThat(device.getInt(8)).isEqualTo(9);
    assertThat(device.getInt(12)).isEqualTo(5);
    long[] sizes = {0x4000, 0, 0x1000, 0, 0, 0, 0, 0x1000, 0};
    for (int i = 0; i < sizes.length; i++) {
      ByteBuffer region = client.must(VfioUserCommand.DEVICE_GET_REGION_INFO, info(32, 32, i));
      assertThat(region.getLong(RegionInfo.SIZE)).as("region %d", i).isEqualTo(sizes[i]);
      assertThat(region.getInt(RegionInfo.FLAGS)).isEqualTo(sizes[i] == 0 ? 0 : 3);
    }
    int[] counts = {1, 0, 2, 0, 0};
    for (int i = 0; i < counts.length; i++) {
      ByteBuffer irqs = client.must(VfioUserCommand.DEVICE_GET_IRQ_INFO, info(16, 16, i));
      assertThat(irqs.getInt(IrqInfo.COUNT)).as("interrupts of kind %d", i).isEqualTo(counts[i]);
    }
  }

  @Test
  void mapsARegionOnce() throws IOException {
    VfioClient client = agreed();
    try (Descriptor memory = MemoryFile.create("test", 4 * PAGE)) {
      assertThat(client.call(VfioUserCommand.DMA_MAP, dmaMap(0, 8 * PAGE, 0, 3), memory).errno())
          .as("more than the file has")
          .isEqualTo(EINVAL);
      client.must(VfioUserCommand.DMA_MAP, dmaMap(PAGE, 4 * PAGE, 0, 3), memory);
      client.must(VfioUserCommand.DMA_MAP, dmaMap(5 * PAGE, PAGE, 0, 1));
      for (long at : new long[] {0, PAGE, 4 * PAGE, 5 * PAGE}) {
        assertThat(client.call(VfioUserCommand.DMA_MAP, dmaMap(at, 2 * PAGE, 0, 3)).errno())
            .isEqualTo(EEXIST);
      }
      assertThat(client.call(VfioUserCommand.DMA_UNMAP, dmaUnmap(PAGE, PAGE, 0)).errno())
          .as("a part of a region")
          .isEqualTo(ENOENT);
      ByteBuffer gone = client.must(VfioUserCommand.DMA_UNMAP, dmaUnmap(PAGE, 4 * PAGE, 0));
      assertThat(gone.getLong(8)).isEqualTo(PAGE);
      assertThat(client.call(VfioUserCommand.DMA_UNMAP, dmaUnmap(PAGE, 4 * PAGE, 0)).errno())
          .isEqualTo(ENOENT);
      client.must(VfioUserCommand.DMA_UNMAP, dmaUnmap(0, 0, 2));
      client.must(VfioUserCommand.DMA_MAP, dmaMap(0, 8 * PAGE, 0, 3));
    }
  }

  @Test
  void writesSeveralRegistersAtOnceOrNone() {
    VfioClient client = agreed();
    ByteBuffer writes = payload(8 + 48).putLong(2);
    writes.putLong(0x3c).putInt(RegionInfo.CONFIGURATION).putInt(1).putLong(0x0b);
    writes.putLong(0x04).putInt(RegionInfo.CONFIGURATION).putInt(2).putLong(0x06);
    assertThat(client.must(VfioUserCommand.REGION_WRITE_MULTI, writes).getLong(0)).isEqualTo(2);
    assertThat(client.read(RegionInfo.CONFIGURATION, 0x3c, 1)).isEqualTo(0x0b);
    assertThat(client.read(RegionInfo.CONFIGURATION, 0x04, 2)).isEqualTo(0x06);

    ByteBuffer half = payload(8 + 48).putLong(2);
    half.putLong(0x3c).putInt(RegionInfo.CONFIGURATION).putInt(1).putLong(0x05);
    half.putLong(0x1_0000).putInt(RegionInfo.CONFIGURATION).putInt(2).putLong(0x06);
    assertThat(client.call(VfioUserCommand.REGION_WRITE_MULTI, half).errno()).isEqualTo(EINVAL);
    assertThat(client.read(RegionInfo.CONFIGURATION, 0x3c, 1)).isEqualTo(0x0b);
  }

  @Test
  void readsTheConfigurationSpaceInAnyPieces() {
    VfioClient client = agreed();
    ByteBuffer whole = client.must(VfioUserCommand.REGION_READ, access(7, 0, 4096));
    ByteBuffer odd = client.must(VfioUserCommand.REGION_READ, access(7, 1, 61));
    for (int i = 0; i < 61; i++) {
      assertThat(odd.get(16 + i)).isEqualTo(whole.get(16 + 1 + i));
    }
  }

  @Test
  void keepsTheTableOfVectorsForTheClient() {
    VfioClient client = agreed();
    assertThat(client.read(2, 12, 4)).as("masked").isEqualTo(1);
    client.write(2, 0, 8, 0x1122_3344_5566_7788L);
    assertThat(client.read(2, 4, 4)).isEqualTo(0x1122_3344L);
    client.write(2, 32, 8, -1);
    assertThat(client.read(2, 32, 8)).as("pending bits").isZero();
    client.must(VfioUserCommand.DEVICE_RESET, payload(0));
    assertThat(client.read(2, 0, 8)).isZero();
  }

  @Test
  void triggersAndMasksInterrupts() throws IOException {
    VfioClient client = agreed();
    try (EventDescriptor pin = EventDescriptor.create();
        EventDescriptor vector = EventDescriptor.create()) {
      client.must(
          VfioUserCommand.DEVICE_SET_IRQS,
          setIrqs(EVENTFD | TRIGGER, IrqInfo.INTX, 0, 1),
          pin.descriptor());
      client.must(
          VfioUserCommand.DEVICE_SET_IRQS,
          setIrqs(EVENTFD | TRIGGER, IrqInfo.MSIX, 1, 1),
          vector.descriptor());
      client.must(VfioUserCommand.DEVICE_SET_IRQS, setIrqs(NONE | TRIGGER, IrqInfo.INTX, 0, 1));
      assertThat(pin.take()).isEqualTo(1);
      ByteBuffer some = payload(22).put(setIrqs(BOOL | TRIGGER, IrqInfo.MSIX, 0, 2).array());
      client.must(VfioUserCommand.DEVICE_SET_IRQS, some.put((byte) 1).put((byte) 1));
      assertThat(vector.take()).isEqualTo(1);
      client.must(VfioUserCommand.DEVICE_SET_IRQS, setIrqs(EVENTFD | TRIGGER, IrqInfo.MSIX, 1, 1));
      client.must(VfioUserCommand.DEVICE_SET_IRQS, setIrqs(NONE | TRIGGER, IrqInfo.MSIX, 0, 2));
      assertThat(vector.take()).as("taken away").isZero();
      client.must(VfioUserCommand.DEVICE_SET_IRQS, setIrqs(NONE | TRIGGER, IrqInfo.INTX, 0, 0));
      client.must(VfioUserCommand.DEVICE_SET_IRQS, setIrqs(NONE | TRIGGER, IrqInfo.INTX, 0, 1));
      assertThat(pin.take()).as("disabled").isZero();
    }
  }

  private ClientMachine machine(ServedFunction served, Sharing sharing) {
    // A notification is the number of its queue, which these tests send themselves.
    long plain = ~Feature.setOf(Feature.NOTIFICATION_DATA, Feature.NOTIF_CONFIG_DATA);
    return new ClientMachine(
        served, Transport.PCI, sharing, DriverSettings.DEFAULT.withFeatures(plain));
  }

  private static int status(ClientMachine machine) {
    return (int) machine.client().read(0, PciCommonConfig.DEVICE_STATUS, 1);
  }

  /** Makes the device look at its ring. */
  private static void kick(ClientMachine machine) {
    machine.client().write(0, 0x3000, 2, 0);
  }

  private static void awaitNeedsReset(ClientMachine machine) throws InterruptedException {
    for (int i = 0; i < 1000 && (status(machine) & DeviceStatus.NEEDS_RESET) == 0; i++) {
      Thread.sleep(10);
    }
    assertThat(status(machine) & DeviceStatus.NEEDS_RESET).isNotZero();
  }

  @Test
  void needsAResetWhenMemoryIsRefused() throws InterruptedException {
    ServedFunction served = serve();
    ClientMachine machine = machine(served, Sharing.MESSAGES);
    machine.client().answer(DmaAnswer.ERROR);
    kick(machine);
    awaitNeedsReset(machine);
    machine.client().write(0, PciCommonConfig.DEVICE_STATUS, 1, 0);
    assertThat(status(machine)).isZero();
    machine.leave();
    assertThat(served.end()).isNull();
  }

  @Test
  void needsAResetWhenNobodyAnswers() throws InterruptedException {
    ServedFunction served = serve();
    ClientMachine machine = machine(served, Sharing.MESSAGES);
    machine.client().answer(DmaAnswer.NEVER);
    kick(machine);
    awaitNeedsReset(machine);
    machine.leave();
    assertThat(served.end()).isNull();
  }

  @Test
  void resetsThoughNobodyAnswersMeanwhile() {
    ServedFunction served = serve();
    ClientMachine machine = machine(served, Sharing.MESSAGES);
    machine.client().answer(DmaAnswer.NEVER);
    kick(machine);
    long start = System.nanoTime();
    machine.client().write(0, PciCommonConfig.DEVICE_STATUS, 1, 0);
    assertThat(System.nanoTime() - start).isLessThan(4_000_000_000L);
    assertThat(status(machine)).isZero();
    machine.leave();
    assertThat(served.end()).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"SHORT", "ELSEWHERE"})
  void leavesAClientThatAnswersSomethingElse(String how) {
    ServedFunction served = serve();
    ClientMachine machine = machine(served, Sharing.MESSAGES);
    machine.client().answer(DmaAnswer.valueOf(how));
    kick(machine);
    assertThat(machine.client().isLeft()).isTrue();
    assertThat(served.end()).hasMessageContaining("answer");
    machine.leave();
  }

  @ParameterizedTest
  @ValueSource(strings = {"DESCRIPTOR", "MESSAGES"})
  void doesNotTouchMemoryThatHasGone(String sharing) {
    ServedFunction served = serve();
    ClientMachine machine = machine(served, Sharing.valueOf(sharing));
    long size = machine.memory().size();
    machine.client().must(VfioUserCommand.DMA_UNMAP, dmaUnmap(0, size, 0));
    byte[] before = new byte[1 << 20];
    machine.memory().read(0, before, 0, before.length);
    kick(machine);
    assertThat(machine.client().read(RegionInfo.CONFIGURATION, 0, 2)).isEqualTo(0x1af4);
    machine.client().write(0, PciCommonConfig.DEVICE_STATUS, 1, 0);
    byte[] after = new byte[1 << 20];
    machine.memory().read(0, after, 0, after.length);
    assertThat(after).isEqualTo(before);
    machine.leave();
    assertThat(served.end()).isNull();
  }

  @Test
  void endsTheWorkWhenAFileIsCutOff() throws IOException, InterruptedException {
    ServedFunction served = serve();
    ClientMachine machine = machine(served, Sharing.DESCRIPTOR);
    long size = machine.memory().size();
    try (Descriptor file = MemoryFile.create("test", size)) {
      machine.client().must(VfioUserCommand.DMA_UNMAP, dmaUnmap(0, size, 0));
      machine.client().must(VfioUserCommand.DMA_MAP, dmaMap(0, size, 0, READ_WRITE), file);
      FileCalls.truncate(file, 0);
      kick(machine);
      awaitNeedsReset(machine);
    }
    machine.leave();
    served.end();
    assertThat(agreed().read(RegionInfo.CONFIGURATION, 0, 2)).as("another one").isEqualTo(0x1af4);
  }

  /** What a client says from its first word on, to be cut off anywhere. */
  private static byte[] conversation() {
    ByteBuffer all = payload(1024);
    put(all, VfioUserCommand.VERSION, payload(4));
    put(all, VfioUserCommand.DEVICE_GET_INFO, info(16, 16, 0));
    put(all, VfioUserCommand.DMA_MAP, dmaMap(0, 1 << 20, 0, READ_WRITE));
    put(all, VfioUserCommand.REGION_WRITE, writing(7, 4, 2, 6));
    put(all, VfioUserCommand.DEVICE_SET_IRQS, setIrqs(NONE | TRIGGER, 2, 0, 0));
    put(all, VfioUserCommand.DEVICE_RESET, payload(0));
    return Arrays.copyOf(all.array(), all.position());
  }

  private static void put(ByteBuffer all, int command, ByteBuffer payload) {
    int size = 16 + payload.capacity();
    all.putShort((short) 1).putShort((short) command).putInt(size).putInt(0).putInt(0);
    all.put(payload.array());
  }

  @Test
  void survivesAClientThatDiesAnywhere() throws IOException {
    byte[] words = conversation();
    leaveAfter(words, words.length);
    int descriptors = descriptors();
    int threads = Thread.activeCount();
    for (int length = 1; length <= words.length; length++) {
      leaveAfter(words, length);
    }
    assertThat(descriptors()).isEqualTo(descriptors);
    assertThat(Thread.activeCount()).isLessThanOrEqualTo(threads);
  }

  private void leaveAfter(byte[] words, int length) {
    try (ServedFunction served = new ServedFunction(storage, Transport.PCI, BlkSettings.DEFAULT);
        VfioClient client = new VfioClient(served.client())) {
      client.sendRaw(Arrays.copyOf(words, length));
    }
  }

  @Test
  void keepsNothingOfAClientThatDiesAtWork() throws IOException {
    int descriptors = -1;
    int threads = 0;
    for (int i = 0; i < 6; i++) {
      for (Sharing sharing : Sharing.values()) {
        try (ServedFunction served =
            new ServedFunction(storage, Transport.PCI, BlkSettings.DEFAULT.withWorkers(2))) {
          ClientMachine machine = machine(served, sharing);
          kick(machine);
          machine.leave();
          assertThat(served.end()).isNull();
        }
      }
      if (i == 1) {
        descriptors = descriptors();
        threads = Thread.activeCount();
      }
    }
    assertThat(descriptors()).isEqualTo(descriptors);
    assertThat(Thread.activeCount()).isLessThanOrEqualTo(threads);
  }

  private static int descriptors() throws IOException {
    try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
      return (int) all.count();
    }
  }
}
