package dev.ringside.lab.differ;

import dev.ringside.lab.kernel.Program;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.SortedMap;

/**
 * Judges two unmounted images: e2fsck finds nothing in either, and the kernel and Ringside see the
 * same tree in both, with the same holes.
 */
final class ImageComparison {
  private final Combination combination;
  private final Sides sides;

  ImageComparison(Combination combination, Sides sides) {
    this.combination = combination;
    this.sides = sides;
  }

  Optional<Difference> compare(Path ours, Path kernels) throws IOException {
    for (Path image : new Path[] {ours, kernels}) {
      Program.Answer answer = Program.E2FSCK.run("-fn", image);
      if (answer.status() != 0) {
        return Optional.of(
            Difference.atTheEnd(
                "e2fsck -fn of " + image.getFileName(),
                "status " + answer.status() + "\n" + answer.output().strip().indent(4),
                "status 0"));
      }
    }
    SortedMap<String, String> expected = list(new KernelSide("kernel", kernels, options()));
    Optional<Difference> difference =
        TreeDifference.between(
            "the kernel on the image of " + (sides.isRingside() ? "ringside" : "the first side"),
            () -> list(new KernelSide("kernel", ours, options())),
            () -> expected);
    if (difference.isPresent() || !sides.isRingside()) {
      return difference;
    }
    return TreeDifference.between(
            "ringside on the image of the kernel",
            () -> list(new RingsideSide(kernels, options())),
            () -> expected)
        .or(() -> afterRingside(ours, kernels));
  }

  private String options() {
    return combination.mountOptions();
  }

  /** Ringside has mounted and unmounted the kernel's image for writing. */
  private static Optional<Difference> afterRingside(Path ours, Path kernels) {
    for (Path image : new Path[] {ours, kernels}) {
      try {
        Program.Answer answer = Program.E2FSCK.run("-fn", image);
        if (answer.status() != 0) {
          return Optional.of(
              Difference.atTheEnd(
                  "e2fsck -fn of %s, mounted by the other side".formatted(image.getFileName()),
                  "status " + answer.status() + "\n" + answer.output().strip().indent(4),
                  "status 0"));
        }
      } catch (IOException failed) {
        return Optional.of(Difference.atTheEnd("e2fsck", Failures.describe(failed), "status 0"));
      }
    }
    return Optional.empty();
  }

  private static SortedMap<String, String> list(Side side) throws IOException {
    try (side) {
      return TreeListing.of(side.calls(), true, true);
    }
  }
}
