package dev.ringside.lab.interop;

import java.io.IOException;

/**
 * Something of the system's that a guest needs is not installed; the message names the package that
 * brings it.
 */
public final class MissingPackageException extends IOException {
  private static final long serialVersionUID = 1L;

  MissingPackageException(String what, String bringsIt) {
    super("%s is missing: install the package %s".formatted(what, bringsIt));
  }

  MissingPackageException(String message) {
    super(message);
  }
}
