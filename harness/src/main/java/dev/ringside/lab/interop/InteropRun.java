package dev.ringside.lab.interop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** One guest on one backend, from a new image to the judgement of what is left on it. */
public final class InteropRun {
  /** Several times what the slowest guest needs on two busy processors. */
  private static final Duration LIMIT = Duration.ofMinutes(2);

  private InteropRun() {}

  /**
   * What came of it.
   *
   * @param report what the guest told
   * @param problems of the image; empty when it is sound and holds what the guest wrote
   * @param duration from the guest's start until its machine was gone
   */
  public record Result(GuestReport report, List<String> problems, Duration duration) {}

  /**
   * Runs the guest's own check.
   *
   * @param folder for the image and all else
   * @throws GuestFailedException when the guest did not do it; its console is in the exception
   */
  public static Result check(GuestSettings settings, BackendKind kind, Path folder)
      throws IOException {
    Path image = ScratchImage.ext4(folder.resolve("disk.img"));
    Backend.Service service =
        new Backend.Service(
            kind,
            settings.counterpart(),
            image,
            folder.resolve("socket"),
            settings.queues(),
            settings.servedWith());
    GuestReport report;
    Duration duration;
    try (Backend backend = Backend.start(service, folder)) {
      long start = System.nanoTime();
      try (LinuxGuest guest =
          LinuxGuest.start(
              settings, List.of(service.socket()), GuestTask.CHECK, Map.of(), folder)) {
        report = guest.await(LIMIT);
        duration = Duration.ofNanos(System.nanoTime() - start);
      } catch (GuestFailedException failure) {
        throw new GuestFailedException(
            failure.getMessage() + "; the backend said: " + backend.said(), failure.console());
      }
      backend.stop();
    } finally {
      Files.deleteIfExists(service.socket());
    }
    return new Result(report, ImageCheck.problems(image, report.sums()), duration);
  }
}
