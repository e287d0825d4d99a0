package dev.ringside.lab.differ;

import java.io.IOException;
import java.nio.file.Path;

/** Which two filesystems are compared. */
public enum Sides {
  /** Ringside's and the kernel's. */
  RINGSIDE_AND_KERNEL,
  /** The kernel's twice: no difference. */
  KERNEL_TWICE,
  /** The kernel's, and the kernel's with one byte of one write changed: a difference. */
  KERNEL_AND_WRONG_KERNEL;

  /** The one that is judged. */
  Side first(Path image, String options) throws IOException {
    return switch (this) {
      case RINGSIDE_AND_KERNEL -> new RingsideSide(image, options);
      case KERNEL_TWICE -> new KernelSide("kernel again", image, options);
      case KERNEL_AND_WRONG_KERNEL -> new WrongSide(new KernelSide("kernel", image, options));
    };
  }

  boolean isRingside() {
    return this == RINGSIDE_AND_KERNEL;
  }
}
