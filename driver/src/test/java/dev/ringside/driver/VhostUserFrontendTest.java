package dev.ringside.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringside.driver.testing.ScriptedBackend;
import dev.ringside.machine.CostModel;
import dev.ringside.machine.EventLog;
import dev.ringside.machine.FrameAllocator;
import dev.ringside.machine.GuestMemory;
import dev.ringside.machine.RandomStreams;
import dev.ringside.machine.RealScheduler;
import dev.ringside.machine.RunHash;
import dev.ringside.machine.Scheduler;
import dev.ringside.machine.SimulatedScheduler;
import dev.ringside.machine.WiredInterruptLine;
import dev.ringside.virtio.message.VhostUserMessage;
import dev.ringside.virtio.spec.VhostUserProtocolFeature;
import dev.ringside.virtio.spec.VhostUserRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The driver in front of a vhost-user backend that dies, lies or talks nonsense. */
@Timeout(30)
class VhostUserFrontendTest {
  private static final long PATIENCE_NS = Duration.ofMillis(300).toNanos();
  private static final long EVERYTHING =
      VhostUserProtocolFeature.setOf(VhostUserProtocolFeature.values());

  @TempDir Path folder;

  private Path socket;
  private long descriptorsBefore;
  private long threadsBefore;

  @BeforeEach
  void count() throws IOException {
    socket = folder.resolve("disk.sock");
    // The first one loads classes from files.
    try (GuestMemory memory = GuestMemory.memfd(1 << 20)) {
      assertThatThrownBy(() -> probe(memory)).isInstanceOf(BlockDeviceException.class);
    }
    descriptorsBefore = descriptors();
    threadsBefore = threads();
  }

  @AfterEach
  void nothingLeaks() throws Exception {
    for (int i = 0;
        i < 200 && (descriptors() > descriptorsBefore || threads() > threadsBefore);
        i++) {
      Thread.sleep(10);
    }
    assertThat(descriptors()).as("descriptors").isLessThanOrEqualTo(descriptorsBefore);
    assertThat(threads()).as("threads").isLessThanOrEqualTo(threadsBefore);
  }

  private static long descriptors() throws IOException {
    try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
      // Sockets, eventfds and memfds; the JVM opens jars whenever it likes.
      return open.filter(VhostUserFrontendTest::isOurs).count();
    }
  }

  private static boolean isOurs(Path descriptor) {
    try {
      String target = Files.readSymbolicLink(descriptor).toString();
      return target.startsWith("socket:")
          || target.contains("eventfd")
          || target.contains("memfd:ringside");
    } catch (IOException closedMeanwhile) {
      return false;
    }
  }

  private static long threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("vhost-user"))
        .count();
  }

  private VirtioBlkDriver probe(GuestMemory memory) {
    return VhostUserFrontend.probe(
        VhostUserTarget.at(socket).withPatienceNs(PATIENCE_NS),
        guest(memory, new RealScheduler()),
        DriverSettings.DEFAULT);
  }

  private static Guest guest(GuestMemory memory, Scheduler scheduler) {
    return new Guest(
        memory,
        new FrameAllocator(memory),
        new WiredInterruptLine(scheduler, CostModel.ZERO),
        scheduler,
        EventLog.OFF);
  }

  private static boolean is(VhostUserMessage message, VhostUserRequest request) {
    return message.request() == request.code();
  }

  @Test
  void comesUpWithEveryProtocolFeature() throws IOException {
    try (ScriptedBackend backend =
            new ScriptedBackend(socket, EVERYTHING & ~inflight(), (b, n, message) -> false);
        GuestMemory memory = GuestMemory.memfd(1 << 20);
        VirtioBlkDriver driver = probe(memory)) {
      assertThat(driver.limits().sectors()).isEqualTo(2048);
      assertThat(backend.messages()).isPositive();
    }
  }

  private static long inflight() {
    return VhostUserProtocolFeature.INFLIGHT_SHMFD.mask();
  }

  @Test
  void comesUpWithTheLeastThereIs() throws IOException {
    try (ScriptedBackend backend = new ScriptedBackend(socket, 0, (b, n, message) -> false);
        GuestMemory memory = GuestMemory.memfd(1 << 20);
        VirtioBlkDriver driver = probe(memory)) {
      assertThat(driver.limits().sectors()).isEqualTo(2048);
      assertThat(backend.messages()).isPositive();
    }
  }

  /** Numbers of messages, until there is one at which a whole life is over. */
  @Test
  void saysWhatHappenedWhenTheBackendDiesAtAnyMessage() throws IOException {
    int survived = 0;
    for (int dying = 0; survived == 0; dying++) {
      int last = dying;
      try (ScriptedBackend backend =
              new ScriptedBackend(
                  socket,
                  EVERYTHING & ~inflight(),
                  (b, n, message) -> {
                    if (n != last) {
                      return false;
                    }
                    b.hangUp();
                    return true;
                  });
          GuestMemory memory = GuestMemory.memfd(1 << 20)) {
        try {
          probe(memory).close();
          // What comes later than this is the end, and a backend that is gone has been reset.
          survived = dying;
        } catch (BlockDeviceException died) {
          assertThat(died).hasMessageStartingWith("the vhost-user backend at " + socket);
          assertThat(backend.messages()).isEqualTo(dying + 1);
        }
      }
    }
    assertThat(survived).isGreaterThan(15);
  }

  /** A lie, and what the driver is to say of it. */
  record Lie(String name, ScriptedBackend.Script script, String expected) {
    @Override
    public String toString() {
      return name;
    }
  }

  static List<Lie> lies() {
    return List.of(
        new Lie(
            "no protocol features",
            (b, n, m) -> {
              if (is(m, VhostUserRequest.GET_FEATURES)) {
                b.replyNumber(m, 0);
                return true;
              }
              return false;
            },
            "does not offer protocol features"),
        new Lie(
            "a short answer",
            (b, n, m) -> {
              if (is(m, VhostUserRequest.GET_FEATURES)) {
                b.replyZeros(m, 4);
                return true;
              }
              return false;
            },
            "GET_FEATURES is answered with 4 bytes instead of 8"),
        new Lie(
            "a long answer",
            (b, n, m) -> {
              if (is(m, VhostUserRequest.GET_PROTOCOL_FEATURES)) {
                b.replyZeros(m, 16);
                return true;
              }
              return false;
            },
            "GET_PROTOCOL_FEATURES is answered with 16 bytes instead of 8"),
        new Lie(
            "half an answer",
            (b, n, m) -> {
              if (is(m, VhostUserRequest.GET_PROTOCOL_FEATURES)) {
                b.sendBytes((byte) 15, (byte) 0, (byte) 0);
                return true;
              }
              return false;
            },
            "does not answer GET_PROTOCOL_FEATURES: receiving a message"),
        new Lie(
            "no answer",
            (b, n, m) -> is(m, VhostUserRequest.GET_QUEUE_NUM),
            "does not answer GET_QUEUE_NUM: no message came within 300 ms"),
        new Lie(
            "too many queues",
            (b, n, m) -> {
              if (is(m, VhostUserRequest.GET_QUEUE_NUM)) {
                b.replyNumber(m, -1L);
                return true;
              }
              return false;
            },
            "it has 18446744073709551615 queues"),
        new Lie(
            "an answer to something else",
            (b, n, m) -> {
              if (is(m, VhostUserRequest.SET_OWNER)) {
                m.begin(VhostUserRequest.GET_STATUS.code(), 0);
                b.replyNumber(m, 0);
                return true;
              }
              return false;
            },
            "SET_OWNER is answered by message 40"),
        new Lie(
            "a refusal",
            (b, n, m) -> {
              if (is(m, VhostUserRequest.ADD_MEM_REG)) {
                b.replyNumber(m, 1);
                return true;
              }
              return false;
            },
            "it refuses ADD_MEM_REG with 1"),
        new Lie(
            "no configuration",
            (b, n, m) -> {
              if (is(m, VhostUserRequest.GET_CONFIG)) {
                b.replyZeros(m, 0);
                return true;
              }
              return false;
            },
            "GET_CONFIG of 60 bytes is answered with a payload of 0"),
        new Lie(
            "another version",
            (b, n, m) -> {
              if (is(m, VhostUserRequest.GET_FEATURES)) {
                b.sendBytes(new byte[12]);
                return true;
              }
              return false;
            },
            "message 0 has version 0 instead of 1"),
        new Lie(
            "a payload without an end",
            (b, n, m) -> {
              if (is(m, VhostUserRequest.GET_FEATURES)) {
                byte[] header = {1, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, -1};
                b.sendBytes(header);
                return true;
              }
              return false;
            },
            "message 1 announces 4278190080 bytes, more than 4096"));
  }

  @ParameterizedTest
  @MethodSource("lies")
  void namesWhatIsWrong(Lie lie) throws IOException {
    try (ScriptedBackend backend =
            new ScriptedBackend(socket, EVERYTHING & ~inflight(), lie.script());
        GuestMemory memory = GuestMemory.memfd(1 << 20)) {
      assertThatThrownBy(() -> probe(memory))
          .isInstanceOf(BlockDeviceException.class)
          .hasMessageStartingWith("the vhost-user backend at " + socket)
          .hasMessageContaining(lie.expected());
      assertThat(backend.messages()).isPositive();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 99})
  void namesARequestThatNoDiskMakes(int number) throws Exception {
    ScriptedBackend.Script script =
        (b, n, message) -> {
          boolean last = is(message, VhostUserRequest.SET_STATUS) && message.getU64(0) == 15;
          if (last) {
            b.answer(message);
            b.request(number, 0);
          }
          return last;
        };
    try (ScriptedBackend backend = new ScriptedBackend(socket, EVERYTHING & ~inflight(), script);
        GuestMemory memory = GuestMemory.memfd(1 << 20);
        VirtioBlkDriver driver = probe(memory)) {
      BlockRequest read = new BlockRequest().read(0).segment(driver.frames().allocate(4096), 4096);
      driver.submit(read);
      driver.kick();
      assertThatThrownBy(driver::await)
          .isInstanceOf(BlockDeviceException.class)
          .hasMessageContaining("it makes request ")
          .hasMessageContaining("1 requests are lost");
      assertThat(backend.messages()).isPositive();
    }
  }

  @Test
  void lifeInSimulatedTimeIsRefused() {
    try (GuestMemory memory = GuestMemory.memfd(1 << 20)) {
      Scheduler simulated = new SimulatedScheduler(new RandomStreams(1), new RunHash());
      assertThatThrownBy(
              () ->
                  VhostUserFrontend.probe(
                      VhostUserTarget.at(socket), guest(memory, simulated), DriverSettings.DEFAULT))
          .isInstanceOf(BlockDeviceException.class)
          .hasMessageContaining("lives in real time");
    }
  }

  @Test
  void memoryThatCannotBeSharedIsRefused() {
    try (GuestMemory memory = GuestMemory.anonymous(1 << 20)) {
      assertThatThrownBy(() -> probe(memory))
          .isInstanceOf(BlockDeviceException.class)
          .hasMessageContaining("cannot be shared");
    }
  }
}
