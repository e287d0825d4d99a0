package dev.ringside.lab.interop;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * A guest whose disk dies again and again: the backend is killed at random moments while the guest
 * writes, fsyncs and verifies files, and is started again. The guest finds its disk again, its
 * requests in flight end, and it goes on. At the end of each boot the image is judged.
 */
public final class KillRun {
  private static final Duration PROGRESS = Duration.ofMinutes(1);
  private static final Duration END = Duration.ofMinutes(2);
  private static final int POLL_MS = 5;

  /** Kills of one boot; then the guest unmounts, and e2fsck looks. */
  private static final int KILLS_OF_A_BOOT = 10;

  /** So that the load outlasts the kills; the guest ends by itself soon after the last. */
  private static final int SECONDS_OF_A_KILL = 4;

  private final GuestSettings guest;
  private final BackendKind kind;
  private final Path folder;
  private final SplittableRandom random;
  private final Progress progress;

  /** Told after each kill. */
  @FunctionalInterface
  public interface Progress {
    void killed(int kills);
  }

  /**
   * A run.
   *
   * @param packed whether the guest's rings are packed
   * @param seed of the moments
   * @param folder for the image and all else
   */
  public KillRun(BackendKind kind, boolean packed, long seed, Path folder, Progress progress) {
    // Of the frontends, QEMU looks for its backend again.
    GuestSettings split = GuestSettings.of(Counterpart.QEMU_PCI).withWriteBack().withReconnection();
    this.guest = packed ? split.withPackedRings() : split;
    this.kind = kind;
    this.folder = folder;
    this.random = new SplittableRandom(seed);
    this.progress = progress;
  }

  /**
   * What came of it.
   *
   * @param kills that the guest survived
   * @param rounds of files that it wrote and found again
   * @param longestPause from a kill until the guest's next round was done
   * @param problems of the image after each boot
   */
  public record Result(
      int kills, int boots, long rounds, Duration longestPause, List<String> problems) {}

  /** Kills the backend so many times. */
  public Result run(int kills) throws IOException {
    Path image = ScratchImage.ext4(folder.resolve("disk.img"));
    int done = 0;
    int boots = 0;
    long rounds = 0;
    Duration longest = Duration.ZERO;
    List<String> problems = new ArrayList<>();
    while (done < kills && problems.isEmpty()) {
      Boot boot = boot(image, Math.min(KILLS_OF_A_BOOT, kills - done), done);
      done += boot.kills;
      boots++;
      rounds += boot.rounds;
      longest = longest.compareTo(boot.longestPause) > 0 ? longest : boot.longestPause;
      problems.addAll(ImageCheck.problems(image, Map.of()));
    }
    return new Result(done, boots, rounds, longest, problems);
  }

  private record Boot(int kills, long rounds, Duration longestPause) {}

  private Boot boot(Path image, int kills, int before) throws IOException {
    Backend.Service service =
        new Backend.Service(
            kind,
            guest.counterpart(),
            image,
            folder.resolve("socket"),
            guest.queues(),
            guest.servedWith());
    Map<String, String> parameters = Map.of("seconds", Integer.toString(kills * SECONDS_OF_A_KILL));
    Backend backend = Backend.start(service, folder);
    try (LinuxGuest linux =
        LinuxGuest.start(guest, List.of(service.socket()), GuestTask.LOAD, parameters, folder)) {
      Duration longest = Duration.ZERO;
      int done = 0;
      long rounds = awaitRound(linux, 0);
      while (done < kills && linux.isRunning()) {
        pause(random.nextInt(300));
        if (linux.report().isDone()) {
          break;
        }
        long killed = System.nanoTime();
        backend.close();
        // Only what is done from here on shows that the guest goes on.
        rounds = linux.report().startingWith("round ").size();
        backend = Backend.start(service, folder);
        done++;
        progress.killed(before + done);
        rounds = awaitRound(linux, rounds);
        Duration pause = Duration.ofNanos(System.nanoTime() - killed);
        longest = longest.compareTo(pause) > 0 ? longest : pause;
      }
      linux.await(END);
      backend.stop();
      return new Boot(done, rounds, longest);
    } catch (GuestFailedException failure) {
      throw new GuestFailedException(
          failure.getMessage() + "; the backend said: " + backend.said(), failure.console());
    } finally {
      backend.close();
    }
  }

  /** Waits until the guest has done more rounds than these, or has ended well. */
  private long awaitRound(LinuxGuest linux, long rounds) throws IOException {
    long end = System.nanoTime() + PROGRESS.toNanos();
    while (true) {
      GuestReport report = linux.report();
      long now = report.startingWith("round ").size();
      if (now > rounds || report.isDone()) {
        return now;
      }
      if (!linux.isRunning()) {
        throw linux.failure("ended in round %d".formatted(rounds + 1));
      }
      if (System.nanoTime() > end) {
        throw linux.failure(
            "made no round in %d s, after round %d".formatted(PROGRESS.toSeconds(), rounds));
      }
      pause(POLL_MS);
    }
  }

  private static void pause(int milliseconds) throws IOException {
    try {
      Thread.sleep(milliseconds);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", interrupted);
    }
  }
}
