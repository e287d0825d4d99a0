package dev.ringside.virtio.vhost;

import dev.ringside.machine.EventLog;
import dev.ringside.posix.PosixException;
import dev.ringside.posix.UnixListener;
import dev.ringside.posix.UnixSocket;
import dev.ringside.virtio.spec.VhostUserProtocolFeature;
import dev.ringside.virtio.transport.SocketServer;
import dev.ringside.virtio.transport.VirtioDevice;
import dev.ringside.virtio.transport.VirtioFunction;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Serves a device to vhost-user frontends, one connection after the other. The device keeps what a
 * disk keeps; everything else begins anew with each connection.
 */
public final class VhostUserBackend implements SocketServer {
  /** What every connection is offered. */
  private static final long PROTOCOL_FEATURES =
      VhostUserProtocolFeature.setOf(
          VhostUserProtocolFeature.MQ,
          VhostUserProtocolFeature.REPLY_ACK,
          VhostUserProtocolFeature.BACKEND_REQ,
          VhostUserProtocolFeature.CONFIG,
          VhostUserProtocolFeature.INFLIGHT_SHMFD,
          VhostUserProtocolFeature.RESET_DEVICE,
          VhostUserProtocolFeature.CONFIGURE_MEM_SLOTS,
          VhostUserProtocolFeature.STATUS);

  /** How long {@link #close} can go unnoticed while nobody connects. */
  private static final long LOOK_AT_END_NS = 100_000_000;

  private final VirtioDevice device;
  private final EventLog events;
  private final long offeredProtocol;
  private final ConnectionObserver observer;
  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable VhostUserConnection current;
  private boolean ended;

  /**
   * A backend without a connection.
   *
   * @param device nobody else uses it
   * @param inBand whether notifications as messages are offered, for frontends that simulate time
   * @param observer is told what happens
   */
  public VhostUserBackend(
      VirtioDevice device, EventLog events, boolean inBand, ConnectionObserver observer) {
    this.device = device;
    this.events = events;
    this.offeredProtocol =
        PROTOCOL_FEATURES | (inBand ? VhostUserProtocolFeature.INBAND_NOTIFICATIONS.mask() : 0);
    this.observer = observer;
  }

  /**
   * Accepts and serves connections until {@link #close}.
   *
   * @param listener stays the caller's
   */
  @Override
  public void serve(UnixListener listener) throws PosixException {
    while (!isEnded()) {
      serveOne(listener);
    }
  }

  /** Accepts and serves one connection; none when {@link #close} comes first. */
  @Override
  public void serveOne(UnixListener listener) throws PosixException {
    UnixSocket socket = null;
    while (socket == null && !isEnded()) {
      socket = listener.accept(LOOK_AT_END_NS);
    }
    if (socket != null) {
      serve(socket);
    }
  }

  private boolean isEnded() {
    lock.lock();
    try {
      return ended;
    } finally {
      lock.unlock();
    }
  }

  /** Serves one connection until its end, which the observer is told of. */
  public void serve(UnixSocket socket) throws PosixException {
    observer.opened();
    VhostUserConnection connection =
        new VhostUserConnection(socket, device, events, offeredProtocol, observer);
    String why = "";
    if (setCurrent(connection)) {
      try {
        connection.run();
      } catch (IOException | IllegalStateException failure) {
        why = reason(failure);
      } finally {
        setCurrent(null);
      }
    }
    try {
      connection.close();
    } catch (IllegalStateException defect) {
      why = reason(defect);
    }
    observer.closed(why, counts(connection));
  }

  /** Whether it may be served. */
  private boolean setCurrent(@Nullable VhostUserConnection connection) {
    lock.lock();
    try {
      current = connection;
      return !ended;
    } finally {
      lock.unlock();
    }
  }

  /** What happened, down to the first cause. */
  private static String reason(Throwable failure) {
    StringBuilder all = new StringBuilder(String.valueOf(failure.getMessage()));
    Throwable cause = failure.getCause();
    for (; cause != null; cause = cause.getCause()) {
      if (cause instanceof InternalError) {
        all.append(": guest memory is not there any more; was its file made smaller?");
      } else if (cause.getMessage() != null && all.indexOf(cause.getMessage()) < 0) {
        all.append(": ").append(cause.getMessage());
      }
    }
    return all.toString();
  }

  private static List<ConnectionObserver.RingCounts> counts(VhostUserConnection connection) {
    return connection.rings().stream()
        .map(
            ring ->
                new ConnectionObserver.RingCounts(
                    ring.number, ring.kicks.get(), ring.call.signals()))
        .toList();
  }

  /**
   * Does something to the function of the connection that there is now, such as changing its
   * configuration; from any thread.
   *
   * @return false when there is no connection
   */
  public boolean withFunction(Consumer<VirtioFunction> use) {
    lock.lock();
    try {
      VhostUserConnection connection = current;
      if (connection == null) {
        return false;
      }
      use.accept(connection.function());
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Ends the current connection, and serves no other. From any thread. */
  @Override
  public void close() {
    lock.lock();
    try {
      ended = true;
      if (current != null) {
        current.shutdown();
      }
    } finally {
      lock.unlock();
    }
  }
}
