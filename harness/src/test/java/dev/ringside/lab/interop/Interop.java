package dev.ringside.lab.interop;

import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Runs guests in tests: what is not installed skips the test aloud, or fails it where all must be
 * installed.
 */
final class Interop {
  /** Set where nothing may be skipped. */
  private static final boolean COMPLETE = Boolean.getBoolean("ringside.interop.complete");

  private Interop() {}

  /** As {@link InteropRun#check}. */
  static InteropRun.Result run(GuestSettings guest, BackendKind kind, Path folder)
      throws IOException {
    try {
      return InteropRun.check(guest, kind, folder);
    } catch (MissingPackageException missing) {
      if (COMPLETE) {
        throw missing;
      }
      return abort("skipped (%s): %s".formatted(guest, missing.getMessage()));
    } catch (GuestFailedException failure) {
      throw new AssertionError(
          "%s%n---- console ----%n%s".formatted(failure.getMessage(), failure.console()), failure);
    }
  }
}
