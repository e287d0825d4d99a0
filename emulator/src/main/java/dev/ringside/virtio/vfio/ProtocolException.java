package dev.ringside.virtio.vfio;

import java.io.IOException;

/** The client no longer speaks the protocol, or never did: the connection ends. */
final class ProtocolException extends IOException {
  private static final long serialVersionUID = 1L;

  ProtocolException(String what) {
    super(what);
  }
}
