package dev.ringside.lab.foreign;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.lab.trace.TraceAction;
import dev.ringside.lab.trace.TraceEvent;
import dev.ringside.lab.trace.TraceOperation;
import dev.ringside.lab.trace.TraceReader;
import dev.ringside.lab.trace.TraceSource;
import dev.ringside.machine.IoVector;
import dev.ringside.storage.MemoryStorage;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RequestRecorderTest {
  @TempDir private Path folder;

  private static IoVector bytes(int length) {
    IoVector vector = new IoVector(MemorySegment.ofArray(new byte[length]));
    vector.add(0, length);
    return vector;
  }

  @Test
  void writesATraceThatIsReadAgain() throws IOException {
    Path base = folder.resolve("guest");
    try (RequestRecorder recorder =
        new RequestRecorder(MemoryStorage.ofSectors(64), System::nanoTime, base)) {
      recorder.write(512, bytes(1024));
      recorder.read(1024, bytes(512));
      recorder.flush();
      recorder.discard(4096, 8192);
    }

    List<TraceEvent> events = new ArrayList<>();
    try (TraceReader reader = TraceSource.at(base).open()) {
      for (TraceEvent event = reader.next(); event != null; event = reader.next()) {
        events.add(event);
      }
    }
    List<TraceEvent> issued =
        events.stream().filter(event -> event.action() == TraceAction.ISSUE).toList();
    assertThat(events).hasSize(8);
    assertThat(issued)
        .extracting(TraceEvent::operation)
        .containsExactly(
            TraceOperation.WRITE,
            TraceOperation.READ,
            TraceOperation.FLUSH,
            TraceOperation.DISCARD);
    assertThat(issued).extracting(TraceEvent::sector).containsExactly(1L, 2L, 0L, 8L);
    assertThat(issued).extracting(TraceEvent::bytes).containsExactly(1024L, 512L, 0L, 8192L);
  }
}
