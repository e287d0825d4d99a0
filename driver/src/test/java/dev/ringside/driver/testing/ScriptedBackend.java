package dev.ringside.driver.testing;

import static dev.ringside.virtio.spec.VhostUserLayout.*;

import dev.ringside.posix.Descriptor;
import dev.ringside.posix.Poller;
import dev.ringside.posix.UnixListener;
import dev.ringside.posix.UnixSocket;
import dev.ringside.virtio.message.VhostUserChannel;
import dev.ringside.virtio.message.VhostUserException;
import dev.ringside.virtio.message.VhostUserMessage;
import dev.ringside.virtio.spec.BlkConfigLayout;
import dev.ringside.virtio.spec.Feature;
import dev.ringside.virtio.spec.VhostUserProtocolFeature;
import dev.ringside.virtio.spec.VhostUserRequest;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A vhost-user backend that answers what every backend answers, and keeps what it is given, unless
 * its {@link Script} does something else. It never serves a ring.
 */
public final class ScriptedBackend implements AutoCloseable {
  private static final long PATIENCE_NS = 5_000_000_000L;
  private static final long SECTORS = 2048;

  /** What a backend does with a message. */
  @FunctionalInterface
  public interface Script {
    /**
     * Does it.
     *
     * @param number of the message on its connection, from 0
     * @return false when the backend is to answer as every backend does
     */
    boolean handle(ScriptedBackend backend, int number, VhostUserMessage message)
        throws IOException;
  }

  private final UnixListener listener;
  private final Script script;
  private final long protocolFeatures;
  private final Thread thread;
  private final List<Descriptor> kept = new ArrayList<>();
  private volatile boolean closed;
  private volatile @Nullable Throwable failure;
  private @Nullable UnixSocket socket;
  private @Nullable VhostUserChannel channel;
  private @Nullable VhostUserChannel requests;
  private final AtomicInteger messages = new AtomicInteger();
  private boolean hungUp;

  /** Listens, and serves one connection after the other. */
  public ScriptedBackend(Path path, long protocolFeatures, Script script) throws IOException {
    this.listener = UnixListener.listen(path);
    this.protocolFeatures = protocolFeatures | VhostUserProtocolFeature.CONFIG.mask();
    this.script = script;
    this.thread = Thread.ofPlatform().name("scripted-backend").start(this::run);
  }

  private void run() {
    try {
      while (!closed) {
        UnixSocket next = listener.accept(20_000_000L);
        if (next != null) {
          serve(next);
        }
      }
    } catch (IOException | RuntimeException broken) {
      failure = broken;
    }
  }

  private void serve(UnixSocket connected) {
    socket = connected;
    hungUp = false;
    try (VhostUserChannel opened = new VhostUserChannel(connected, PATIENCE_NS);
        VhostUserMessage message = new VhostUserMessage()) {
      channel = opened;
      for (int number = 0; !closed && !hungUp && awaitMessage(opened, message); number++) {
        messages.incrementAndGet();
        if (!script.handle(this, number, message)) {
          answer(message);
        }
      }
    } catch (IOException | IllegalStateException over) {
      // The frontend is gone, or the script has hung up.
    } finally {
      kept.forEach(Descriptor::close);
      kept.clear();
      if (requests != null) {
        requests.close();
        requests = null;
      }
    }
  }

  private boolean awaitMessage(VhostUserChannel opened, VhostUserMessage message)
      throws IOException {
    Poller poller = new Poller(1);
    poller.add(opened.descriptor(), Poller.READABLE);
    while (!closed) {
      if (poller.await(20_000_000L) > 0) {
        return opened.receive(message, PATIENCE_NS);
      }
    }
    return false;
  }

  /** What every backend answers. */
  public void answer(VhostUserMessage message) throws IOException {
    VhostUserRequest request = VhostUserRequest.of(message.request());
    if (request == null) {
      throw new VhostUserException("unknown request " + message.request());
    }
    VhostUserChannel.checkRequest(message, request);
    switch (request) {
      case GET_FEATURES ->
          replyNumber(
              message,
              F_PROTOCOL_FEATURES
                  | Feature.setOf(
                      Feature.VERSION_1,
                      Feature.EVENT_IDX,
                      Feature.INDIRECT_DESC,
                      Feature.BLK_FLUSH,
                      Feature.BLK_SEG_MAX));
      case GET_PROTOCOL_FEATURES -> replyNumber(message, protocolFeatures);
      case GET_QUEUE_NUM -> replyNumber(message, 1);
      case GET_STATUS -> replyNumber(message, 0xf);
      case GET_CONFIG -> replyConfig(message);
      case GET_VRING_BASE -> {
        int queue = message.getU32(STATE_INDEX);
        message.beginReply(STATE_SIZE);
        message.setU32(STATE_INDEX, queue);
        send(message);
      }
      case SET_BACKEND_REQ_FD -> {
        requests =
            new VhostUserChannel(UnixSocket.adopt(message.descriptors().take()), PATIENCE_NS);
        acknowledge(message);
      }
      default -> {
        while (!message.descriptors().isEmpty()) {
          kept.add(message.descriptors().take());
        }
        acknowledge(message);
      }
    }
  }

  private void acknowledge(VhostUserMessage message) throws IOException {
    if (message.needsReply()) {
      replyNumber(message, 0);
    }
  }

  private void replyConfig(VhostUserMessage message) throws IOException {
    int size = message.getU32(CONFIG_BYTES);
    message.beginReply(CONFIG_HEADER_SIZE + size);
    message.setU32(CONFIG_BYTES, size);
    message.setU64(CONFIG_HEADER_SIZE + BlkConfigLayout.CAPACITY, SECTORS);
    message.setU32(CONFIG_HEADER_SIZE + BlkConfigLayout.SEG_MAX, 8);
    send(message);
  }

  /** Answers with a number. */
  public void replyNumber(VhostUserMessage message, long value) throws IOException {
    message.beginReply(U64_SIZE);
    message.setU64(0, value);
    send(message);
  }

  /** Answers with so many bytes of zeros. */
  public void replyZeros(VhostUserMessage message, int size) throws IOException {
    message.beginReply(size);
    send(message);
  }

  /** Sends a message as it is. */
  public void send(VhostUserMessage message) throws IOException {
    if (channel != null) {
      channel.send(message, List.of());
    }
  }

  /** Sends bytes that need not be a message. */
  public void sendBytes(byte... bytes) throws IOException {
    if (socket != null) {
      try (Arena scratch = Arena.ofConfined()) {
        socket.send(scratch.allocateFrom(ValueLayout.JAVA_BYTE, bytes), List.of(), PATIENCE_NS);
      }
    }
  }

  /** Makes a request of the frontend, which may be none of the specification's. */
  public void request(int number, int size) throws IOException {
    if (requests == null) {
      throw new IllegalStateException("the frontend has not said where");
    }
    try (VhostUserMessage message = new VhostUserMessage()) {
      message.begin(number, size);
      requests.send(message, List.of());
    }
  }

  /** Ends the connection, as a backend that dies does. */
  public void hangUp() {
    hungUp = true;
    if (socket != null) {
      socket.shutdown();
    }
  }

  /** How many messages came, on all connections. */
  public int messages() {
    return messages.get();
  }

  @Override
  public void close() throws IOException {
    closed = true;
    try {
      thread.join();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    listener.close();
    if (failure != null) {
      throw new IllegalStateException(failure);
    }
  }
}
