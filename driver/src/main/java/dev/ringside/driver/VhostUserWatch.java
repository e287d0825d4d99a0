package dev.ringside.driver;

import dev.ringside.machine.Scheduler;
import dev.ringside.machine.Task;
import dev.ringside.posix.Descriptor;
import dev.ringside.posix.EventDescriptor;
import dev.ringside.posix.Poller;
import dev.ringside.posix.PosixException;
import dev.ringside.virtio.message.VhostUserException;
import dev.ringside.virtio.spec.VhostUserBackendRequest;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * Watches a vhost-user backend, as a task of its own: that it is there, what it asks for, and
 * whether a queue of it has failed.
 */
final class VhostUserWatch implements Runnable {
  /** The wake-up, the connection, and the backend's requests; the queues' errors follow. */
  private static final int FIRST_QUEUE = 3;

  /** Hanging up is always looked for. */
  private static final int NOTHING_ELSE = 0;

  private final VhostUserRegisters registers;
  private final int queues;
  private final EventDescriptor changed;
  private final Poller poller;

  /** Connections that are over, which are closed where nobody polls them. */
  private final Queue<VhostUserConnection> over = new ConcurrentLinkedQueue<>();

  /** Set right after the constructor, by who reads it. */
  private @Nullable Task task;

  private VhostUserWatch(VhostUserRegisters registers, int queues, EventDescriptor changed) {
    this.registers = registers;
    this.queues = queues;
    this.changed = changed;
    this.poller = new Poller(FIRST_QUEUE + queues);
  }

  /** Starts the task, which has nothing to look at yet. */
  static VhostUserWatch start(VhostUserRegisters registers, Scheduler scheduler, int queues) {
    EventDescriptor changed;
    try {
      changed = EventDescriptor.create();
    } catch (PosixException failure) {
      throw new BlockDeviceException("no eventfd: " + failure.getMessage());
    }
    VhostUserWatch watch = new VhostUserWatch(registers, queues, changed);
    watch.task = scheduler.start("vhost-user-watch", watch);
    return watch;
  }

  /** There is something else to look at from now on. */
  void lookAgain() {
    try {
      changed.signal();
    } catch (PosixException failure) {
      throw new BlockDeviceException("the watch's eventfd: " + failure.getMessage());
    }
  }

  /** Closes a connection that was shut down, once this task does not look at it any more. */
  void retire(VhostUserConnection connection) {
    over.add(connection);
    lookAgain();
  }

  private void closeRetired() {
    for (VhostUserConnection last = over.poll(); last != null; last = over.poll()) {
      last.close();
    }
  }

  @Override
  public void run() {
    try {
      while (!registers.isClosed()) {
        closeRetired();
        watchOnce();
      }
    } catch (PosixException failure) {
      // Nothing that a backend can bring about.
      throw new IllegalStateException(failure);
    }
  }

  private void watchOnce() throws PosixException {
    VhostUserConnection connection = registers.watched();
    poller.clear();
    poller.add(changed.descriptor(), Poller.READABLE);
    if (connection != null) {
      poller.add(connection.descriptor(), NOTHING_ELSE);
      addBackendRequests(connection.backendDescriptor());
      for (int queue = 0; queue < queues; queue++) {
        addErrors(registers.watchedEvents(queue));
      }
    }
    poller.await(Poller.FOREVER);
    if (poller.isReported(0)) {
      changed.read();
    }
    if (connection != null) {
      look(connection);
    }
  }

  private void addBackendRequests(@Nullable Descriptor descriptor) {
    int place = poller.add(changed.descriptor(), Poller.READABLE);
    if (descriptor == null) {
      poller.ignore(place);
    } else {
      poller.set(place, descriptor, Poller.READABLE);
    }
  }

  private void addErrors(@Nullable QueueEvents events) {
    int place = poller.add(changed.descriptor(), Poller.READABLE);
    if (events == null) {
      poller.ignore(place);
    } else {
      poller.set(place, events.errorDescriptor(), Poller.READABLE);
    }
  }

  private void look(VhostUserConnection connection) {
    if (poller.isReported(1)) {
      registers.ended(connection);
      return;
    }
    if (poller.isReported(2)) {
      hear(connection);
    }
    for (int queue = 0; queue < queues; queue++) {
      QueueEvents events = registers.watchedEvents(queue);
      if (poller.isReported(FIRST_QUEUE + queue) && events != null && events.takeError()) {
        registers.nonsense(connection, "it reports an error of queue " + queue);
      }
    }
  }

  private void hear(VhostUserConnection connection) {
    try {
      VhostUserBackendRequest request = connection.nextBackendRequest();
      if (request == null) {
        registers.ended(connection);
      } else {
        registers.configChanged(connection);
      }
    } catch (VhostUserException broken) {
      registers.nonsense(connection, String.valueOf(broken.getMessage()));
    }
  }

  /** Ends the task; the registers have been closed. */
  void end() {
    lookAgain();
    Task running = task;
    if (running != null) {
      running.join();
    }
    closeRetired();
    changed.close();
  }
}
