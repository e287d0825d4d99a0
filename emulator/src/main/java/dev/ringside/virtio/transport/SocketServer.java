package dev.ringside.virtio.transport;

import dev.ringside.posix.PosixException;
import dev.ringside.posix.UnixListener;

/** A device for guests in other processes, which reach it through a unix socket. */
public interface SocketServer extends AutoCloseable {
  /**
   * Serves one client after the other, until this is closed.
   *
   * @throws PosixException when the listener fails
   */
  void serve(UnixListener listener) throws PosixException;

  /**
   * Serves the next client until it is gone.
   *
   * @throws PosixException when the listener fails
   */
  void serveOne(UnixListener listener) throws PosixException;

  /** Ends, from any thread: what is in flight is finished, and the client is left. */
  @Override
  void close();
}
