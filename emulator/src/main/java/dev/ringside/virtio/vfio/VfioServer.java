package dev.ringside.virtio.vfio;

import dev.ringside.machine.Scheduler;
import dev.ringside.posix.PosixException;
import dev.ringside.posix.UnixListener;
import dev.ringside.posix.UnixSocket;
import dev.ringside.virtio.transport.SocketServer;
import java.io.IOException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Serves functions to vfio-user clients, one connection after the other. */
public final class VfioServer implements SocketServer {
  /** How long {@link #close} can go unnoticed while nobody connects. */
  private static final long LOOK_AT_END_NS = 100_000_000;

  private final Scheduler scheduler;
  private final VfioSession.FunctionMaker maker;
  private final Observer observer;
  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable VfioSession current;
  private boolean ended;

  /** Is told what happens, by the task that serves. */
  public interface Observer {
    /** A client has connected. */
    void opened();

    /**
     * A session has ended, and nothing is left of it but what it counted.
     *
     * @param why what went wrong; empty when the client just left
     */
    void closed(String why, VfioSession session);
  }

  /** A server that nobody is connected to. */
  public VfioServer(Scheduler scheduler, VfioSession.FunctionMaker maker, Observer observer) {
    this.scheduler = scheduler;
    this.maker = maker;
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

  private void serve(UnixSocket socket) {
    observer.opened();
    VfioSession session = new VfioSession(socket, scheduler, maker);
    String why = "";
    try {
      if (begin(session)) {
        session.run();
      }
    } catch (IOException broken) {
      why = String.valueOf(broken.getMessage());
    } finally {
      end();
      session.close();
    }
    RuntimeException defect = session.defect();
    observer.closed(
        why.isEmpty() && defect != null ? String.valueOf(defect.getMessage()) : why, session);
  }

  private boolean isEnded() {
    lock.lock();
    try {
      return ended;
    } finally {
      lock.unlock();
    }
  }

  /** Whether it may be served. */
  private boolean begin(VfioSession session) {
    lock.lock();
    try {
      current = session;
      return !ended;
    } finally {
      lock.unlock();
    }
  }

  private void end() {
    lock.lock();
    try {
      current = null;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Ends {@link #serve} from another task; the session that runs is ended by the one that serves.
   */
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
