package dev.ringside.lab.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeashTest {
  private static final Duration SOON = Duration.ofSeconds(20);

  @TempDir
  @SuppressWarnings("NullAway.Init") // JUnit sets it
  private Path folder;

  @SuppressWarnings("NullAway.Init") // set before each test
  private Path output;

  @BeforeEach
  void nameTheOutput() {
    output = folder.resolve("output");
  }

  private Leash start(String script) throws IOException {
    return Leash.start(List.of("/bin/sh", "-c", script), output);
  }

  /** What a program has printed, once it is a line. */
  private String firstLine() throws IOException, InterruptedException {
    long end = System.nanoTime() + SOON.toNanos();
    while (System.nanoTime() < end) {
      String printed = Files.readString(output);
      if (printed.endsWith("\n")) {
        return printed.strip();
      }
      TimeUnit.MILLISECONDS.sleep(5);
    }
    throw new AssertionError("nothing was printed");
  }

  private static void awaitEnd(long process) throws InterruptedException {
    long end = System.nanoTime() + SOON.toNanos();
    while (isRunning(process)) {
      assertThat(System.nanoTime()).as("process %d is still there", process).isLessThan(end);
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }

  /** Whoever is dead, and waits for somebody to ask for its exit status, does not run. */
  private static boolean isRunning(long process) {
    try {
      return !Files.readString(Path.of("/proc", Long.toString(process), "stat")).contains(") Z ");
    } catch (IOException gone) {
      return false;
    }
  }

  @Test
  void passesTheExitStatusOn() throws IOException {
    try (Leash leash = start("echo said; exit 7")) {
      assertThat(leash.await(SOON)).hasValue(7);
      assertThat(leash.isRunning()).isFalse();
      assertThat(output).hasContent("said");
    }
  }

  @Test
  void givesUpWaitingInTime() throws IOException {
    try (Leash leash = start("sleep 1000")) {
      assertThat(leash.await(Duration.ofMillis(50))).isEmpty();
      assertThat(leash.isRunning()).isTrue();
    }
  }

  @Test
  void asksToEnd() throws IOException, InterruptedException {
    try (Leash leash = start("trap 'exit 5' TERM; echo ready; while :; do sleep 0.01; done")) {
      firstLine();
      leash.terminate();
      assertThat(leash.await(SOON)).hasValue(5);
    }
  }

  @Test
  void killsWhatTheProgramStarted() throws IOException, InterruptedException {
    long child;
    try (Leash leash = start("trap '' TERM; sleep 1000 & echo $!; wait")) {
      child = Long.parseLong(firstLine());
      assertThat(isRunning(child)).isTrue();
      assertThat(leash.isRunning()).isTrue();
    }
    awaitEnd(child);
  }

  /** A signal for the group of whoever holds the leash, as a terminal sends it, must not cut it. */
  @Test
  void isInNoGroupThatOthersSignal() throws IOException, InterruptedException {
    try (Leash leash = start("sed 's/.*) //' /proc/$PPID/stat | cut -d ' ' -f 4; sleep 1000")) {
      assertThat(leash.isRunning()).isTrue();
      long session = Long.parseLong(firstLine());
      assertThat(session).isNotEqualTo(sessionOf(ProcessHandle.current().pid()));
    }
  }

  /** The sixth word of {@code /proc/PID/stat}; the second is a name in brackets. */
  private static long sessionOf(long process) throws IOException {
    String stat = Files.readString(Path.of("/proc", Long.toString(process), "stat"));
    return Long.parseLong(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1)[3]);
  }

  @Test
  void killsWhatAProgramLeftBehind() throws IOException, InterruptedException {
    try (Leash leash = start("sleep 1000 >/dev/null 2>&1 & echo $!")) {
      long child = Long.parseLong(firstLine());
      assertThat(leash.await(SOON)).hasValue(0);
      awaitEnd(child);
    }
  }
}
