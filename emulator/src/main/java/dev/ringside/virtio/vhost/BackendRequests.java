package dev.ringside.virtio.vhost;

import dev.ringside.virtio.message.VhostUserChannel;
import dev.ringside.virtio.message.VhostUserException;
import dev.ringside.virtio.message.VhostUserMessage;
import dev.ringside.virtio.spec.VhostUserBackendRequest;
import dev.ringside.virtio.spec.VhostUserLayout;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/** The backend's own requests, on the socket that the frontend gave it for them; from any task. */
final class BackendRequests implements AutoCloseable {
  private final VhostUserChannel channel;
  private final VhostUserMessage message = new VhostUserMessage();
  private final ReentrantLock lock = new ReentrantLock();

  BackendRequests(VhostUserChannel channel) {
    this.channel = channel;
  }

  /** The configuration space has changed. */
  void configChange() throws VhostUserException {
    lock.lock();
    try {
      message.begin(VhostUserBackendRequest.CONFIG_CHANGE_MSG.code(), 0);
      channel.send(message, List.of());
    } finally {
      lock.unlock();
    }
  }

  /** Sends VRING_CALL or VRING_ERR. */
  void notify(VhostUserBackendRequest request, int queue) throws VhostUserException {
    lock.lock();
    try {
      message.begin(request.code(), VhostUserLayout.STATE_SIZE);
      message.setU32(VhostUserLayout.STATE_INDEX, queue);
      channel.send(message, List.of());
    } finally {
      lock.unlock();
    }
  }

  /** Nobody waits for the frontend any more. */
  void shutdown() {
    channel.shutdown();
  }

  @Override
  public void close() {
    channel.close();
  }
}
